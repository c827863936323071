import { statement } from '#platform';
import type { Decoding } from '../decoding.js';
import { openSealed } from '../personal-data/open-sealed.js';
import type { Queryable } from '../queryable.js';
import { eventColumns, recordedEvent, type EventRow, type RecordedEvent } from '../recorded-event.js';

const newest = statement(
  'read-newest',
  `select ${eventColumns('e')}
  from unnest($2::text[]) with ordinality w(stream_id, i)
  cross join lateral (
    select * from maskline.event e
    where e.partition = $1 and e.stream_id = w.stream_id and e.type = any($3::text[])
    order by e.version desc limit 1
  ) e
  order by w.i`,
);

/** Of each of these streams the newest event whose type is among these; nothing of a stream that has none. */
export async function readNewest(
  db: Queryable,
  partition: number,
  streamIds: readonly string[],
  types: readonly string[],
  { upcasters, masterKey }: Decoding,
): Promise<RecordedEvent[]> {
  const { rows: found } = await db.query<EventRow>(newest(partition, [...streamIds], [...types]));
  const opened = masterKey === null ? found : await openSealed(db, found, masterKey);
  return opened.map((row) => recordedEvent(row, upcasters));
}
