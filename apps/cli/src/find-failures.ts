import { listConsumers, listDeadLetters } from '#event-store';
import type { Database } from '#platform';
import { eventQueue, failedEvents, type FailedEvent } from '#queues';
import type { Cli } from './cli.js';
import { connectQueues } from './connect-queues.js';

/** An event that could not be handled. */
export interface Failure {
  /** Of a parked stream a number, else of a job. */
  readonly id: string;
  readonly reader: string;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly partition: number;
  readonly position: number;
  readonly eventId: string;
  readonly error: string;
  readonly since: string | null;
  /** Events of the stream from this one on, where they wait for it. */
  readonly waiting: number;
  readonly asked: string | null;
  readonly job: Pick<FailedEvent, 'retry' | 'skip'> | null;
}

interface Failures {
  readonly failures: Failure[];
  /** False when the queues cannot be reached. */
  readonly isComplete: boolean;
}

/** Everything that could not be handled, by readers of the log and by consumers. */
export async function findFailures(cli: Cli, { admin }: Database): Promise<Failures> {
  const parked = (await listDeadLetters(admin)).map(
    ({ id, subscription, parkedAt, wanted, failures: _, ...letter }): Failure => ({
      ...letter,
      id: String(id),
      reader: subscription,
      since: parkedAt,
      asked: wanted,
      job: null,
    }),
  );
  const consumers = await listConsumers(admin);
  if (consumers.length === 0) return { failures: parked, isComplete: true };
  const backend = await connectQueues(cli);
  try {
    await backend.probe();
  } catch {
    return { failures: parked, isComplete: false };
  }
  const failed: Failure[] = [];
  for (const { name } of consumers) {
    const queue = eventQueue(backend, name);
    cli.shutdown.add('the queue', () => queue.stop());
    queue.start();
    await queue.connected();
    for (const { id, event, error, failedAt, retry, skip } of await failedEvents(admin, queue, name)) {
      const { streamId, version, type, partition, position, eventId } = event;
      const place = { streamId, version, type, partition, position, eventId };
      failed.push({
        ...place,
        id,
        reader: `consumer:${name}`,
        error,
        since: failedAt,
        waiting: 1,
        asked: null,
        job: { retry, skip },
      });
    }
  }
  return { failures: [...parked, ...failed], isComplete: true };
}
