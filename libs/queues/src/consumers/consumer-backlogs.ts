import { eventJob, type EventJob } from '#contracts';
import { listConsumers, readSubscriptions, relayName, type Queryable } from '#event-store';
import type { Backlog, JobQueue } from '../job-queue.js';
import type { QueueBackend } from '../queue-backend.js';
import { eventQueue } from './event-queue.js';

export interface ConsumerBacklog extends Backlog {
  readonly consumer: string;
  /** Events that it has not handled yet, in the log and in its queue; without those that it failed at for good. */
  readonly lag: number;
  /** How long the first of them has been waiting. */
  readonly lagSeconds: number;
}

/** What each consumer has still to do, and what it failed at for good: nothing else shows a consumer that is broken. */
export class ConsumerBacklogs {
  /** Kept, for BullMQ leaves something behind of each queue that it opens. */
  readonly #queues = new Map<string, JobQueue<EventJob>>();

  constructor(
    private readonly db: Queryable,
    private readonly backend: QueueBackend,
  ) {}

  /** Rejects while the queues cannot be reached. */
  async read(): Promise<ConsumerBacklog[]> {
    const consumers = await listConsumers(this.db);
    const subscriptions = await readSubscriptions(this.db);
    await this.backend.probe();
    return Promise.all(
      consumers.map(async (consumer) => {
        const queue = this.#queueOf(consumer.name);
        await queue.connected();
        const backlog = await queue.backlog();
        const seconds = backlog.waiting === 0 ? 0 : secondsSince(await queue.firstData());
        const relays = subscriptions.filter(({ name }) => name === relayName(consumer));
        return {
          consumer: consumer.name,
          ...backlog,
          lag: relays.reduce((sum, { lag }) => sum + lag, backlog.waiting),
          lagSeconds: Math.max(seconds, ...relays.map(({ lagSeconds }) => lagSeconds)),
        };
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.stop()));
  }

  #queueOf(consumer: string): JobQueue<EventJob> {
    const known = this.#queues.get(consumer);
    if (known !== undefined) return known;
    const queue = eventQueue(this.backend, consumer);
    this.#queues.set(consumer, queue);
    queue.start();
    return queue;
  }
}

/** Since the first of these events happened. */
function secondsSince(jobs: readonly unknown[]): number {
  const now = Date.now();
  const ages = jobs.flatMap((data) => {
    const job = eventJob.safeParse(data).data;
    return job === undefined ? [] : [(now - Date.parse(job.occurredAt)) / 1000];
  });
  return Math.max(0, ...ages);
}
