import { eventJob, type EventJob } from '#contracts';
import { noteSkipped, type Queryable } from '#event-store';
import type { JobQueue } from '../job-queue.js';

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

/** What a consumer failed at for good, the oldest first. Its queue must stay open for what is done about it. */
export async function failedEvents(
  db: Queryable,
  queue: JobQueue<EventJob>,
  consumer: string,
): Promise<FailedEvent[]> {
  const jobs = await queue.failedJobs(most);
  return jobs.flatMap(({ id, data, error, failedAt }): FailedEvent[] => {
    const event = eventJob.safeParse(data).data;
    if (event === undefined) return [];
    const retry = () => queue.settleFailed(id, 'retry');
    const skip: FailedEvent['skip'] = async (why) => {
      // First, so that nothing is thrown away without a word; twice is as good as once.
      await noteSkipped(db, `consumer:${consumer}`, { ...event, error }, why);
      return queue.settleFailed(id, 'remove');
    };
    return [{ id, event, error, failedAt, retry, skip }];
  });
}
