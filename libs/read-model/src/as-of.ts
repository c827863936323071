import type { Queryable, RecordedEvent, StreamPlace, Decoding } from '#event-store';
import { readHistory } from './history.js';
import { presentSession } from './session/present-session.js';
import type { PhoneNumberRow, SessionRow, ShortCodeRow } from './tables.js';

/** A moment in the past of a stream: after one of its events, or by the clock. */
export type PastMoment = { readonly version: number } | { readonly time: string };

/**
 * The row of a service, number or session exactly as the API would have shown it then; null when it would have said 404. By time,
 * what counts is when events were recorded, for only from then on could they be seen; but a deadline counts by itself.
 */
export async function rowAsOf(
  db: Queryable,
  stream: StreamPlace,
  moment: PastMoment,
  decoding: Decoding,
): Promise<object | null> {
  let row: object | null = null;
  let now = '';
  for await (const { recorded, after } of readHistory(db, stream, decoding)) {
    if (hasPassed(recorded, moment)) break;
    row = after;
    now = recorded.recordedAt;
  }
  const at = 'time' in moment ? moment.time : now;
  if (row === null || !isBelowService(row)) return row;
  if (await wasDeleted(db, stream.partition, row.service_sid, at)) return null;
  return isSession(row) ? presentSession(row, at) : row;
}

/** Whether the event came after it. */
export function hasPassed(
  { version, recordedAt }: Pick<RecordedEvent, 'version' | 'recordedAt'>,
  moment: PastMoment,
): boolean {
  return 'version' in moment ? version > moment.version : recordedAt > moment.time;
}

type BelowService = SessionRow | PhoneNumberRow | ShortCodeRow;

function isBelowService(row: object): row is BelowService {
  return 'service_sid' in row;
}

function isSession(row: BelowService): row is SessionRow {
  return 'ttl' in row;
}

/** Nothing below a deleted service can be reached, from that very event on. */
async function wasDeleted(
  db: Queryable,
  partition: number,
  serviceSid: string,
  at: string,
): Promise<boolean> {
  const { rows } = await db.query({
    name: 'service-was-deleted',
    text: `select from maskline.event
      where partition = $1 and stream_id = $2 and type = 'ServiceDeleted' and recorded_at <= $3`,
    values: [partition, serviceSid, at],
  });
  return rows.length > 0;
}
