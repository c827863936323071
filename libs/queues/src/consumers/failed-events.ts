import { eventJob, type EventJob } from '#contracts';
import { noteSkipped, type Queryable } from '#event-store';
import type { FailedJob, JobQueue } from '../job-queue.js';

/** An event that a consumer failed at in every attempt. */
export interface FailedEvent {
  /** Of the job. */
  readonly id: string;
  readonly event: EventJob;
  /** Its name; another program's worker may have written more, which is not repeated. */
  readonly error: string;
  readonly failedAt: string | null;
  /** Both answer false when it did not lie there any more. */
  readonly retry: () => Promise<boolean>;
  /** Throws it away, accountably. */
  readonly skip: (why: { readonly reason: string; readonly by: string }) => Promise<boolean>;
}

/** So many are looked at at once. */
const PAGE_SIZE = 200;

/** As `nameError` names an error, and what BullMQ says of a worker that died again and again. */
const NAME = /^(?:[A-Z]\w{0,99}(?: [0-9A-Z_]{3,30})?|not an error|job stalled more than allowable limit)$/;

/** What a consumer failed at for good, page by page, the oldest first. Its queue must stay open for what is done about it. */
export async function* failedEvents(
  db: Queryable,
  queue: JobQueue<EventJob>,
  consumer: string,
): AsyncGenerator<FailedEvent[]> {
  for (let from = 0; ; from += PAGE_SIZE) {
    const jobs = await queue.failedJobs(from, PAGE_SIZE);
    // A page that is only shorter lacks what was settled while it was read.
    if (jobs.length === 0) return;
    yield jobs.flatMap((job) => eventOf(db, queue, consumer, job) ?? []);
  }
}

/** The one of these with this id; null when it is not among them. */
export async function failedEvent(
  db: Queryable,
  queue: JobQueue<EventJob>,
  consumer: string,
  id: string,
): Promise<FailedEvent | null> {
  const job = await queue.failedJob(id);
  return job === null ? null : eventOf(db, queue, consumer, job);
}

/** Null for what is no job of ours. */
function eventOf(
  db: Queryable,
  queue: JobQueue<EventJob>,
  consumer: string,
  { id, data, error: words, failedAt }: FailedJob<unknown>,
): FailedEvent | null {
  const event = eventJob.safeParse(data).data;
  if (event === undefined) return null;
  const error = NAME.test(words) ? words : 'Error';
  const retry = () => queue.settleFailed(id, 'retry');
  const skip: FailedEvent['skip'] = async (why) => {
    // First, so that nothing is thrown away without a word; twice is as good as once.
    await noteSkipped(db, `consumer:${consumer}`, { ...event, error }, why);
    return queue.settleFailed(id, 'remove');
  };
  return { id, event, error, failedAt, retry, skip };
}
