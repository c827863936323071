import { z } from 'zod';
import { JobQueue, type NewJob } from './job-queue.js';
import { JobWorker } from './job-worker.js';
import type { QueueBackend } from './queue-backend.js';

const name = 'forward';

/** A message that waits to be given to the carrier. What it says, and to whom, is read by whoever takes the job. */
const forwardJob = z.object({
  accountSid: z.string(),
  serviceSid: z.string(),
  sessionSid: z.string(),
  interactionSid: z.string(),
});

export type ForwardJob = z.infer<typeof forwardJob>;

// For what has nothing to do with the message, e.g. a database that is away. A job that is lost is made again, by the sweep.
const policy = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
};

export function forwardQueue(backend: QueueBackend): JobQueue<ForwardJob> {
  return new JobQueue(backend, name, policy);
}

/** Messages that are under way at once: a slow carrier must not hold up all others. */
const concurrency = 32;

export function forwardWorker(
  backend: QueueBackend,
  handle: (job: ForwardJob) => Promise<void>,
): JobWorker<ForwardJob> {
  return new JobWorker(backend, { queue: name, schema: forwardJob, concurrency, handle });
}

export function newForwardJob(data: ForwardJob): NewJob<ForwardJob> {
  return { id: `forward-${data.interactionSid}`, data };
}
