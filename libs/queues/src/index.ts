export { ConsumerBacklogs, type ConsumerBacklog } from './consumers/consumer-backlogs.js';
export { eventQueue, newEventJob, type EventJob } from './consumers/event-queue.js';
export { replayToConsumer, type ReplayOptions } from './consumers/replay.js';
export { runConsumer, type ConsumerProgram } from './consumers/run-consumer.js';
export { expiryQueue, expiryWorker, newExpiryJob, type ExpiryJob } from './expiry-queue.js';
export { QueueAbsent, type JobQueue, type NewJob } from './job-queue.js';
export { TryLater } from './job-worker.js';
export { openQueues } from './open-queues.js';
export type { QueueBackend } from './queue-backend.js';
