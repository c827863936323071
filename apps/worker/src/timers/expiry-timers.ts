import type { ExpireSessionHandler } from '#application';
import { Subscription, registerSubscription, type EventStore, type Wake, upcasters } from '#event-store';
import type { Database } from '#platform';
import { expiryQueue, expiryWorker, type QueueBackend } from '#queues';
import { prepareTimers } from '#read-model';
import { BucketTimers } from './bucket-timers.js';
import { armingName, expiryArming } from './expiry-arming.js';
import { ExpiryDrain, type ExpiryObserver } from './expiry-drain.js';
import { ExpiryFeeder } from './expiry-feeder.js';
import { ExpirySweeper } from './expiry-sweeper.js';
import { fireExpiryTimer } from './session-expiry.timer.js';

export interface ExpirySettings {
  /** Seconds ahead for which timers are armed. */
  readonly horizon: number;
  readonly hasSweeper: boolean;
}

/** Everything that makes sessions end in time: timers in the queue, who arms them, what they do, and the sweeper behind them. */
export class ExpiryTimers {
  readonly #parts: { start(): void; stop(): Promise<void> }[];

  constructor(
    private readonly database: Database,
    { partitions: count }: EventStore,
    wake: Wake,
    queues: QueueBackend,
    expireSession: ExpireSessionHandler,
    observer: ExpiryObserver,
    settings: ExpirySettings,
  ) {
    const db = database.subscriptions;
    const queue = expiryQueue(queues);
    const timers = new BucketTimers(db, queue);
    const drain = new ExpiryDrain(db, expireSession, timers, observer);
    const partitions = Array.from({ length: count }, (_, partition) => partition);
    this.#parts = [
      queue,
      ...partitions.map((p) => new Subscription(db, wake, expiryArming(db, timers, p), upcasters)),
      new ExpiryFeeder(db, timers, count, settings.horizon),
      expiryWorker(queues, (job) => fireExpiryTimer(db, drain, job)),
      ...(settings.hasSweeper ? [new ExpirySweeper(db, drain)] : []),
    ];
  }

  async start(): Promise<void> {
    await prepareTimers(this.database.admin);
    // What was there before is the feeder's.
    await registerSubscription(this.database.admin, armingName, null);
    for (const part of this.#parts) part.start();
  }

  /** In the opposite order: the queue last, for the others still arm. */
  async stop(): Promise<void> {
    for (const part of this.#parts.toReversed()) await part.stop();
  }
}
