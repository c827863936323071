import { eventJob, type EventJob } from '#contracts';
import { noteSkipped, type Queryable } from '#event-store';
import type { QueueBackend } from '../queue-backend.js';
import { eventQueue } from './event-queue.js';

/** An event that a consumer failed at in every attempt. */
export interface FailedEvent {
  /** Of the job. */
  readonly id: string;
  readonly event: EventJob;
  readonly error: string;
  readonly failedAt: string | null;
  /** Both answer false when it did not lie there any more. */
  readonly retry: () => Promise<boolean>;
  /** Throws it away, accountably. */
  readonly skip: (why: { readonly reason: string; readonly by: string }) => Promise<boolean>;
}

const most = 10_000;

/** What a consumer failed at for good. The queues must be there. */
export async function failedEvents(
  db: Queryable,
  backend: QueueBackend,
  consumer: string,
): Promise<FailedEvent[]> {
  const settle = (id: string, how: 'retry' | 'remove') =>
    using(backend, consumer, (queue) => queue.settleFailed(id, how));
  const jobs = await using(backend, consumer, (queue) => queue.failedJobs(most));
  return jobs.flatMap(({ id, data, error, failedAt }) => {
    const event = eventJob.safeParse(data).data;
    if (event === undefined) return [];
    return {
      id,
      event,
      error,
      failedAt,
      retry: () => settle(id, 'retry'),
      skip: async (why) => {
        // First, so that nothing is thrown away without a word; twice is as good as once.
        await noteSkipped(db, `consumer:${consumer}`, { ...event, error }, why);
        return settle(id, 'remove');
      },
    } satisfies FailedEvent;
  });
}

async function using<Result>(
  backend: QueueBackend,
  consumer: string,
  work: (queue: ReturnType<typeof eventQueue>) => Promise<Result>,
): Promise<Result> {
  const queue = eventQueue(backend, consumer);
  queue.start();
  await queue.connected();
  try {
    return await work(queue);
  } finally {
    await queue.stop();
  }
}
