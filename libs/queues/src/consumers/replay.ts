import { setTimeout as pause } from 'node:timers/promises';
import type { Queryable } from '#event-store';
import type { JobQueue } from '../job-queue.js';
import type { Consumer } from './consumer-registry.js';
import { newEventJob, type EventJob, type EventReference } from './event-queue.js';

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
  const { rows } = await db.query({ name: 'count-replay', text: count, values: valuesOf(range) });
  return rows as ReplayCount[];
}

const page = `
  select event_id as "eventId", type, stream_id as "streamId", version, partition, position, occurred_at as "occurredAt"
  from maskline.event where ${matches}
  order by position limit $7`;

const pageSize = 500;

export interface ReplayOptions {
  readonly consumer: Pick<Consumer, 'name' | 'id'>;
  /** New for every replay, so that the consumer handles the events once more; null only fills holes, for what it has handled it knows. */
  readonly replayId: string | null;
  /** Events in a second at most. */
  readonly perSecond: number;
  readonly signal: AbortSignal;
  readonly progress: (looked: number) => void;
}

export interface Replayed {
  readonly sent: number;
  /** In the queue already: waiting, or done by the consumer not long ago. */
  readonly present: number;
}

/**
 * Sends a stretch of history to one consumer again, also what it failed at under this very id. Stopped early, it may be
 * started again as it was.
 */
export async function replayToConsumer(
  db: Queryable,
  queue: Pick<JobQueue<EventJob>, 'addMissing'>,
  range: ReplayRange,
  { consumer, replayId, perSecond, signal, progress }: ReplayOptions,
): Promise<Replayed> {
  const limit = Math.min(pageSize, perSecond);
  let sent = 0;
  let looked = 0;
  for (let from = range.from; !signal.aborted;) {
    const started = performance.now();
    const values = [...valuesOf({ ...range, from }), limit];
    const { rows } = await db.query({ name: 'read-replay', text: page, values });
    const events = rows as EventReference[];
    sent += await queue.addMissing(events.map((event) => newEventJob(consumer, event, replayId)));
    looked += events.length;
    progress(looked);
    const last = events.at(-1);
    if (last === undefined || events.length < limit) break;
    from = last.position + 1;
    const rest = (events.length / perSecond) * 1000 - (performance.now() - started);
    if (rest > 0) await pause(rest, undefined, { signal }).catch(() => undefined);
  }
  return { sent, present: looked - sent };
}

function valuesOf({ partition, from, to, types, streamId, serviceSid }: ReplayRange): unknown[] {
  return [partition, from, to, types === null ? null : [...types], streamId, serviceSid];
}

const recordedAt = 'select recorded_at as at from maskline.event where partition = $1 and position = $2';
const head = 'select position from maskline.partition_head where partition = $1';

/** The position of the first event recorded at or after a time; one past the end of the log when none is. */
export async function positionAt(db: Queryable, partition: number, time: string): Promise<number> {
  const { rows } = await db.query({ name: 'head-position', text: head, values: [partition] });
  const [last] = rows as { position: number }[];
  let low = 1;
  let high = (last?.position ?? 0) + 1;
  // Times of record never go backwards within a partition.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await db.query({ name: 'recorded-at', text: recordedAt, values: [partition, middle] });
    const [event] = found.rows as { at: string }[];
    if (event !== undefined && event.at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
