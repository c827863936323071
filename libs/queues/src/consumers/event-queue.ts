import type { z } from 'zod';
import { eventJob, type EventJob } from '#contracts';
import type { Consumer, EventReference } from '#event-store';
import { JobQueue, type NewJob } from '../job-queue.js';
import type { QueueBackend } from '../queue-backend.js';

const days = 24 * 3600;

// Finished jobs are kept a while, so that most of what is relayed twice is not even delivered twice. Failed ones are kept
// until somebody has had the time to look and to retry them; the relay waits when they get too many.
const policy = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: { age: 3600, count: 10_000 },
  removeOnFail: { age: 14 * days },
  // Each attempt would add one, and they are all the same.
  stackTraceLimit: 1,
};

/** A server that is away may be away for days. How long, and how often it is tried, says the worker. */
const webhookPolicy = { ...policy, attempts: 1_000, backoff: { type: 'webhook' } };

export function eventQueueName(consumer: string): string {
  return `consumer-${consumer}`;
}

/** `told`: over HTTP, and so for days. It matters to those alone who add jobs. */
export function eventQueue(
  backend: QueueBackend,
  consumer: string,
  told: 'by webhook' | null = null,
): JobQueue<EventJob> {
  return new JobQueue(backend, eventQueueName(consumer), told === null ? policy : webhookPolicy);
}

/**
 * The id is of the event and of the registration: a consumer that was removed and added again is not refused what it was
 * sent, or failed at, before.
 */
export function newEventJob(
  consumer: Pick<Consumer, 'name' | 'id'>,
  { eventId, type, streamId, version, partition, position, occurredAt }: EventReference,
  replayId: string | null,
): NewJob<EventJob> {
  return {
    id: `${consumer.name}.${consumer.id}-${eventId}${replayId === null ? '' : `-${replayId}`}`,
    data: { eventId, type, streamId, version, partition, position, occurredAt, replayId },
  };
}

const place = eventJob.pick({ partition: true, position: true, replayId: true });

/** Where the event of a job stands in the log; null for what is no job of ours. */
export function readPlace(data: unknown): z.infer<typeof place> | null {
  return place.safeParse(data).data ?? null;
}
