import { listConsumers, type Queryable } from '#event-store';
import type { Backlog, JobQueue } from '../job-queue.js';
import type { QueueBackend } from '../queue-backend.js';
import { eventQueue, type EventJob } from './event-queue.js';

export interface ConsumerBacklog extends Backlog {
  readonly consumer: string;
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
    await this.backend.probe();
    return Promise.all(
      consumers.map(async ({ name }) => {
        const queue = this.#queueOf(name);
        await queue.connected();
        return { consumer: name, ...(await queue.backlog()) };
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
