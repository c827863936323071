import type { KeyObject } from 'node:crypto';
import { statement } from '#platform';
import { openSealed } from '../personal-data/open-sealed.js';
import type { Queryable } from '../queryable.js';
import { eventColumns, recordedEvent, type EventRow, type RecordedEvent } from '../recorded-event.js';
import type { Upcasters } from '../upcasters.js';

/** Positions looked at by one statement, so that a filter that matches nothing cannot make it run for minutes. */
const window = 50_000;

const page = statement(
  'read-log',
  `select h.until, e.*
  from (
    select least(position, $2::bigint + ${window}) as until from maskline.partition_head where partition = $1::int
  ) h
  left join lateral (
    select ${eventColumns('e')} from maskline.event e
    where e.partition = $1::int and e.position > $2::bigint and e.position <= h.until
      and ($3::text[] is null or e.type = any($3::text[]))
    order by e.position limit $4
  ) e on true
  order by e.position`,
);

export interface LogPage {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here has been looked at: the next page starts after it. */
  readonly until: number;
  /** Whether the page ended before the end of the log. */
  readonly hasMore: boolean;
}

/**
 * The next events of a partition in the order of their positions, which is the order of their commits: since positions have
 * no gaps and nobody gets one before all lower ones are committed, nothing that comes later can be missed.
 */
export async function readLog(
  db: Queryable,
  from: {
    readonly partition: number;
    readonly after: number;
    /** Null for every type. */
    readonly types: readonly string[] | null;
    readonly limit: number;
  },
  upcasters: Upcasters,
  /** Opens personal fields; without it they come as they lie in the log. */
  masterKey: KeyObject | null = null,
): Promise<LogPage> {
  const { partition, after, types, limit } = from;
  const { rows: found } = await db.query<(EventRow | { position: null }) & { until: number }>(
    page(partition, after, types === null ? null : [...types], limit),
  );
  const logged = found.flatMap((row) => (row.position === null ? [] : [row]));
  const opened = masterKey === null ? logged : await openSealed(db, logged, masterKey);
  const events = opened.map((row) => recordedEvent(row, upcasters));
  const last = events.at(-1);
  const until = found[0]?.until ?? after;
  if (last !== undefined && events.length === limit) return { events, until: last.position, hasMore: true };
  return { events, until, hasMore: until === after + window };
}
