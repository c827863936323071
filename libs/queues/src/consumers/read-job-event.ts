import type { KeyObject } from 'node:crypto';
import type { EventJob } from '#contracts';
import { readLog, type Queryable, type RecordedEvent, upcasters } from '#event-store';

/** The event that a job tells of. */
export async function readJobEvent(
  db: Queryable,
  { partition, position, eventId }: Pick<EventJob, 'partition' | 'position' | 'eventId'>,
  /** Opens personal fields; without it they come as they lie in the log. */
  masterKey: KeyObject | null = null,
): Promise<RecordedEvent> {
  const place = { partition, after: position - 1, types: null, limit: 1 };
  const [event] = (await readLog(db, place, upcasters, masterKey)).events;
  // A failover may have given the position to another event: the queue then speaks of one that never was.
  if (event?.eventId !== eventId) throw new Error('the log has another event at this position');
  return event;
}
