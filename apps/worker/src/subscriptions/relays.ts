import { retryDelay, type ConsumerWebhookCalls } from '#application';
import {
  Subscription,
  type EventStore,
  type Wake,
  upcasters,
  isRegistered,
  listConsumers,
  relayName,
  type Consumer,
} from '#event-store';
import type { Database } from '#platform';
import { eventQueue, webhookWorker, type EventJob, type QueueBackend } from '#queues';
import { Loop } from '../loop.js';
import { RelayMark } from './relay-mark.js';
import { relay } from './relay.js';

const lookEvery = 2_000;

interface Part {
  start(): void;
  stop(): Promise<void>;
}

/**
 * Runs a relay for each registered consumer, and the calls to those that are a URL; notices within seconds who comes, who goes and who is
 * paused.
 */
export class Relays {
  /** By registration: a consumer that was removed and added again starts anew. */
  readonly #running = new Map<string, readonly Part[]>();
  readonly #loop = new Loop(Relays.name, lookEvery, () => this.#look());

  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly wake: Wake,
    private readonly queues: QueueBackend,
    private readonly webhookCalls: Pick<ConsumerWebhookCalls, 'tell'>,
  ) {}

  start(): Promise<void> {
    this.#loop.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all([...this.#running.values()].map(stopAll));
  }

  async #look(): Promise<void> {
    const consumers = await listConsumers(this.database.subscriptions);
    const wanted = new Map(
      consumers
        .filter(({ pausedAt }) => pausedAt === null)
        .map((consumer) => [relayName(consumer), consumer]),
    );
    for (const [key, parts] of this.#running) {
      if (wanted.has(key)) continue;
      this.#running.delete(key);
      await stopAll(parts);
    }
    for (const [key, consumer] of wanted) {
      if (!this.#running.has(key)) this.#running.set(key, this.#run(consumer));
    }
  }

  #run(consumer: Consumer): readonly Part[] {
    const isWebhook = consumer.webhook !== null;
    const queue = eventQueue(this.queues, consumer.name, isWebhook ? 'by webhook' : null);
    const partitions = Array.from({ length: this.events.partitions }, (_, partition) => partition);
    const stands = () => isRegistered(this.database.subscriptions, consumer);
    const parts = [
      queue,
      ...partitions.map(
        (partition) =>
          new Subscription(
            this.database.subscriptions,
            this.wake,
            relay(
              consumer,
              queue,
              stands,
              new RelayMark(this.database.subscriptions, consumer, queue, partition),
              partition,
            ),
            upcasters,
          ),
      ),
      ...(isWebhook ? [this.#callsTo(consumer)] : []),
    ];
    for (const part of parts) part.start();
    return parts;
  }

  /** Every worker makes some of them. */
  #callsTo(consumer: Consumer): Part {
    const tell = (job: EventJob) => this.webhookCalls.tell(consumer, job);
    return webhookWorker(this.queues, consumer.name, tell, (tries) => retryDelay(tries, Math.random()));
  }
}

/** The queue last, for a relay may be adding to it. */
async function stopAll(parts: readonly Part[]): Promise<void> {
  for (const part of parts.toReversed()) await part.stop();
}
