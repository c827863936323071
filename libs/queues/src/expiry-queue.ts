import { z } from 'zod';
import { JobQueue, type NewJob } from './job-queue.js';
import { JobWorker } from './job-worker.js';
import type { QueueBackend } from './queue-backend.js';

const name = 'expiry';

/** Wakes whoever expires the sessions of a partition, at the end of a bucket of time. It says nothing about a session. */
const expiryJob = z.object({
  partition: z.int().nonnegative(),
  /** Of the horizon that it was armed for. */
  epoch: z.int().nonnegative(),
  /** The number of the bucket since 1970. */
  bucket: z.int().nonnegative(),
});

export type ExpiryJob = z.infer<typeof expiryJob>;

// Gone once it is done with: BullMQ ignores an id that exists in any state, a finished one too.
const policy = {
  attempts: 5,
  backoff: { type: 'fixed', delay: 200 },
  removeOnComplete: true,
  removeOnFail: true,
};

export function expiryQueue(backend: QueueBackend): JobQueue<ExpiryJob> {
  return new JobQueue(backend, name, policy);
}

export function expiryWorker(
  backend: QueueBackend,
  handle: (job: ExpiryJob) => Promise<void>,
): JobWorker<ExpiryJob> {
  return new JobWorker(backend, { queue: name, schema: expiryJob, concurrency: 4, handle });
}

export function newExpiryJob(data: ExpiryJob, delay: number): NewJob<ExpiryJob> {
  return { id: `expiry-${data.partition}-${data.epoch}-${data.bucket}`, data, delay };
}
