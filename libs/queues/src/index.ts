export { expiryQueue, expiryWorker, newExpiryJob, type ExpiryJob } from './expiry-queue.js';
export { JobQueue, QueueAbsent, type NewJob } from './job-queue.js';
export { JobWorker, TryLater, type JobWorkerOptions } from './job-worker.js';
export { openQueues } from './open-queues.js';
export { QueueBackend } from './queue-backend.js';
