import { eventJob, type EventJob } from '#contracts';
import { JobWorker } from '../job-worker.js';
import type { QueueBackend, RetryAfter } from '../queue-backend.js';
import { eventQueueName } from './event-queue.js';

/** Calls of one consumer under way at once, in one process. */
const concurrency = 4;

/** Takes the jobs of a consumer that is told over HTTP. */
export function webhookWorker(
  backend: QueueBackend,
  consumer: string,
  handle: (job: EventJob) => Promise<void>,
  retryAfter: RetryAfter,
): JobWorker<EventJob> {
  const queue = eventQueueName(consumer);
  return new JobWorker(backend, { queue, schema: eventJob, concurrency, handle, retryAfter });
}
