import type { Queryable } from '../queryable.js';
import type { RecordedEvent } from '../recorded-event.js';

/** A stretch of history. */
export interface ReplayRange {
  readonly partition: number;
  /** The first and the last position. */
  readonly from: number;
  readonly to: number;
  /** Null for every type. */
  readonly types: readonly string[] | null;
  /** Only this stream, e.g. one session. */
  readonly streamId: string | null;
  /** Only this service and its sessions, deleted ones too. */
  readonly serviceSid: string | null;
}

const matches = `
  partition = $1 and position between $2 and $3
    and ($4::text[] is null or type = any($4::text[])) and ($5::text is null or stream_id = $5)
    and ($6::text is null or stream_id = $6 or stream_id in (
      select stream_id from maskline.event
      where partition = $1 and type = 'SessionCreated' and data ->> 'serviceSid' = $6
    ))`;

const count = `
  select type, count(*)::int as events from maskline.event where ${matches} group by type order by type`;

/** What a replay would send: its dry run. */
export interface ReplayCount {
  readonly type: string;
  readonly events: number;
}

export async function countReplay(db: Queryable, range: ReplayRange): Promise<ReplayCount[]> {
  const { rows } = await db.query<ReplayCount>({
    name: 'count-replay',
    text: count,
    values: valuesOf(range),
  });
  return rows;
}

const page = `
  select event_id as "eventId", type, stream_id as "streamId", version, partition, position, occurred_at as "occurredAt"
  from maskline.event where ${matches}
  order by position limit $7`;

/** What identifies an event in the log, as the relay and a replay have it at hand. */
export type EventReference = Pick<
  RecordedEvent,
  'eventId' | 'streamId' | 'version' | 'partition' | 'position' | 'occurredAt'
> & { readonly type: string };

/** The first events of a stretch, without what happened in them. */
export async function readReplay(
  db: Queryable,
  range: ReplayRange,
  limit: number,
): Promise<EventReference[]> {
  const { rows } = await db.query<EventReference>({
    name: 'read-replay',
    text: page,
    values: [...valuesOf(range), limit],
  });
  return rows;
}

function valuesOf({ partition, from, to, types, streamId, serviceSid }: ReplayRange): unknown[] {
  return [partition, from, to, types === null ? null : [...types], streamId, serviceSid];
}

const recordedAt = 'select recorded_at as at from maskline.event where partition = $1 and position = $2';
const head = 'select position from maskline.partition_head where partition = $1';

/** The position of the first event recorded at or after a time; one past the end of the log when none is. */
export async function positionAt(db: Queryable, partition: number, time: string): Promise<number> {
  const { rows } = await db.query<{ position: number }>({
    name: 'head-position',
    text: head,
    values: [partition],
  });
  const [last] = rows;
  let low = 1;
  let high = (last?.position ?? 0) + 1;
  // Times of record never go backwards within a partition.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await db.query<{ at: string }>({
      name: 'recorded-at',
      text: recordedAt,
      values: [partition, middle],
    });
    const [event] = found.rows;
    if (event !== undefined && event.at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
