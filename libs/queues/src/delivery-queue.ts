import { z } from 'zod';
import { JobQueue, type NewJob } from './job-queue.js';
import { JobWorker } from './job-worker.js';
import type { QueueBackend } from './queue-backend.js';

const name = 'delivery';

/** A service whose server is to be told something. What, and whether it is time, is read by whoever takes the job. */
const deliveryJob = z.object({ partition: z.int().min(0), serviceSid: z.string() });

export type DeliveryJob = z.infer<typeof deliveryJob>;

// One attempt: what is left undone is found again in the table.
const policy = { attempts: 1, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 1 };

export function deliveryQueue(backend: QueueBackend): JobQueue<DeliveryJob> {
  return new JobQueue(backend, name, policy);
}

/** Endpoints that a worker serves at once: those that hang must not hold up all others. */
const concurrency = 64;

export function deliveryWorker(
  backend: QueueBackend,
  handle: (job: DeliveryJob) => Promise<void>,
): JobWorker<DeliveryJob> {
  return new JobWorker(backend, { queue: name, schema: deliveryJob, concurrency, handle });
}

/** A job for each reason to look: `reason` is one that all who see the same reason name alike. */
export function newDeliveryJob(data: DeliveryJob, reason: string): NewJob<DeliveryJob> {
  return { id: `deliver-${data.serviceSid}-${reason}`, data };
}
