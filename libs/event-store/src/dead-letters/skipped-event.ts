import type { Queryable } from '../queryable.js';
import type { RecordedEvent } from '../recorded-event.js';

const note = `
  insert into maskline.skipped_event
    (partition, reader, event_id, stream_id, version, position, type, error, reason, skipped_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict do nothing`;

/** Writes down that a reader will never handle an event, and who said so why. */
export async function noteSkipped(
  db: Queryable,
  reader: string,
  event: Pick<RecordedEvent, 'partition' | 'eventId' | 'streamId' | 'version' | 'position'> & {
    readonly type: string;
    readonly error: string;
  },
  { reason, by }: { readonly reason: string; readonly by: string },
): Promise<void> {
  const { partition, eventId, streamId, version, position, type, error } = event;
  const values = [partition, reader, eventId, streamId, version, position, type, error, reason, by];
  await db.query({ name: 'note-skipped', text: note, values });
}
