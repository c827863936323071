import type { EventJob } from '#contracts';
import { QueueAbsent, type JobQueue } from '../job-queue.js';
import type { QueueBackend } from '../queue-backend.js';
import { eventQueue } from './event-queue.js';

/** The queues of consumers, for those who look at them now and then. Each is opened once: BullMQ leaves something behind of it. */
export class EventQueues {
  readonly #queues = new Map<string, JobQueue<EventJob>>();

  constructor(private readonly backend: QueueBackend) {}

  /** Throws QueueAbsent while they cannot be reached. */
  async probe(): Promise<void> {
    await this.backend.probe().catch(() => {
      throw new QueueAbsent(`the queues cannot be reached (${this.backend.name})`);
    });
  }

  /** That of a consumer. Using it throws QueueAbsent while it cannot be reached. */
  of({ name, webhook }: { readonly name: string; readonly webhook: object | null }): JobQueue<EventJob> {
    // A name may be that of a program first and of a webhook later.
    const told = webhook === null ? null : 'by webhook';
    const key = `${name} ${told ?? ''}`;
    const queue = this.#queues.get(key) ?? eventQueue(this.backend, name, told);
    this.#queues.set(key, queue);
    queue.start();
    return queue;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.stop()));
  }
}
