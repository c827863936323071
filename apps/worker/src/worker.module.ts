import {
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import type { Registry } from 'prom-client';
import {
  Alerts,
  ApplicationModule,
  Callbacks,
  ConsumerWebhookCalls,
  DeleteSessionsBelowHandler,
  DeliveryRounds,
  ExpireSessionHandler,
  ForwardMessageHandler,
  ReleaseNumberHandler,
  RemoveNumbersBelowHandler,
  MasterKey,
  RetireSessionHandler,
} from '#application';
import { EventStore, Wake } from '#event-store';
import { Database, OutboundHttp, type Config } from '#platform';
import type { QueueBackend } from '#queues';
import { Deliveries } from './deliveries/deliveries.js';
import { observeExpiry } from './expiry-metrics.js';
import { Forwards } from './forwarding/forwards.js';
import { Housekeeping } from './housekeeping.js';
import { Statistics } from './statistics/statistics.js';
import { Cascades } from './subscriptions/cascades.js';
import { Relays } from './subscriptions/relays.js';
import { ExpiryTimers } from './timers/expiry-timers.js';
import { RetentionTimer } from './timers/retention.timer.js';

export interface WorkerParts {
  readonly queues: QueueBackend;
  readonly metrics: Registry;
  readonly config: Pick<
    Config,
    'EXPIRY_HORIZON' | 'SWEEPER' | 'CALLBACK_FAIL_DAYS' | 'DELIVERY_DAYS' | 'RETENTION_DAYS'
  >;
}

/** One line of work; it runs from the start of the application to its shutdown. */
interface Line {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** All that happens without a caller. */
class Worker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #isStopping = false;

  constructor(private readonly lines: readonly Line[]) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const line of this.lines) {
      if (this.#isStopping) return;
      await line.start();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    // One that cannot stop leaves the others their time.
    const stopped = await Promise.allSettled(this.lines.map((line) => line.stop()));
    const reasons = stopped.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    if (reasons.length > 0) throw new AggregateError(reasons, 'a part of the worker did not stop');
  }
}

/**
 * The side of Maskline that nobody calls: it follows the log and the clock. The database, the store and the wake-ups come
 * from the process's global StoreModule; the queues stay the caller's to close, after the application.
 */
@Module({})
export class WorkerModule {
  static register({ queues, metrics, config }: WorkerParts): DynamicModule {
    const { RETENTION_DAYS: retentionDays } = config;
    const expiry = { horizon: config.EXPIRY_HORIZON, hasSweeper: config.SWEEPER };
    return {
      module: WorkerModule,
      imports: [ApplicationModule],
      providers: [
        {
          provide: Worker,
          useFactory: (
            database: Database,
            events: EventStore,
            wake: Wake,
            expireSession: ExpireSessionHandler,
            retireSession: RetireSessionHandler,
            sessionsBelow: DeleteSessionsBelowHandler,
            numbersBelow: RemoveNumbersBelowHandler,
            releaseNumber: ReleaseNumberHandler,
            forwardMessage: ForwardMessageHandler,
            { key: masterKey }: MasterKey,
            callbacks: Callbacks,
            alerts: Alerts,
            http: OutboundHttp,
          ) =>
            new Worker([
              new ExpiryTimers(database, events, wake, queues, expireSession, observeExpiry(metrics), expiry),
              new Cascades(database, events, wake, sessionsBelow, numbersBelow, releaseNumber),
              new Forwards(database, events, wake, queues, forwardMessage),
              new Deliveries(
                database,
                events,
                wake,
                queues,
                masterKey,
                new DeliveryRounds(database, callbacks, alerts, masterKey, config.CALLBACK_FAIL_DAYS),
              ),
              new Relays(database, events, wake, queues, new ConsumerWebhookCalls(database, http, masterKey)),
              new Statistics(database, events, wake),
              new Housekeeping(database.subscriptions, events.partitions, config.DELIVERY_DAYS),
              ...(retentionDays === 0
                ? []
                : [
                    new RetentionTimer(
                      database.subscriptions,
                      events.partitions,
                      retireSession,
                      retentionDays,
                    ),
                  ]),
            ]),
          inject: [
            Database,
            EventStore,
            Wake,
            ExpireSessionHandler,
            RetireSessionHandler,
            DeleteSessionsBelowHandler,
            RemoveNumbersBelowHandler,
            ReleaseNumberHandler,
            ForwardMessageHandler,
            MasterKey,
            Callbacks,
            Alerts,
            OutboundHttp,
          ],
        },
      ],
    };
  }
}
