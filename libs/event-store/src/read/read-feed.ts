import type { KeyObject } from 'node:crypto';
import { openSealed } from '../personal-data/open-sealed.js';
import { isSealed } from '../personal-data/sealed-field.js';
import type { Queryable } from '../queryable.js';
import { eventColumns, recordedEvent, type EventRow } from '../recorded-event.js';
import type { Upcasters } from '../upcasters.js';
import type { LogPage } from './read-log.js';

/** Positions looked at by one statement: in a partition of many accounts, most of them may be others'. */
const window = 20_000;

const ofAccount = `
  select h.until, h.head, e.*
  from (
    select least(position, $2::bigint + ${window}) as until, position as head
    from maskline.partition_head where partition = $1::int
  ) h
  left join lateral (
    select ${eventColumns('e')} from maskline.event e
    where e.partition = $1::int and e.position > $2::bigint and e.position <= h.until
      and e.account_sid = $3 and ($4::text[] is null or e.type = any($4::text[]))
    order by e.position limit $5
  ) e on true
  order by e.position`;

/** Within a stream positions grow with versions, so its own index gives them in order. */
const ofStream = `
  select h.until, h.head, e.*
  from (select position as until, position as head from maskline.partition_head where partition = $1::int) h
  left join lateral (
    select ${eventColumns('e')} from maskline.event e
    where e.partition = $1::int and e.stream_id = $6 and e.position > $2::bigint and e.position <= h.until
      and e.account_sid = $3 and ($4::text[] is null or e.type = any($4::text[]))
    order by e.version limit $5
  ) e on true
  order by e.version`;

export interface FeedFrom {
  readonly partition: number;
  readonly accountSid: string;
  /** Null for every stream of the account. */
  readonly streamId: string | null;
  readonly after: number;
  /** Null for every type. */
  readonly types: readonly string[] | null;
  readonly limit: number;
}

/** What stands in the place of an opened personal field. */
export type ShowField = (field: string, value: unknown) => unknown;

/**
 * The next events of one account in the order of their positions, with their personal fields opened and shown as `show` says. As with
 * `readLog`, nothing that comes later can be missed.
 */
export async function readFeed(
  db: Queryable,
  from: FeedFrom,
  upcasters: Upcasters,
  masterKey: KeyObject,
  show: ShowField,
): Promise<LogPage> {
  const { partition, after, accountSid, types, limit, streamId } = from;
  const values = [partition, after, accountSid, types === null ? null : [...types], limit];
  const { rows: found } = await db.query<(EventRow | { position: null }) & { until: number; head: number }>(
    streamId === null
      ? { name: 'read-feed', text: ofAccount, values }
      : { name: 'read-feed-of-stream', text: ofStream, values: [...values, streamId] },
  );
  const sealed = found.flatMap((row) => (row.position === null ? [] : [row]));
  const opened = await openSealed(db, sealed, masterKey);
  const events = opened.map((row, i) => {
    const before: Readonly<Record<string, unknown>> = { ...sealed[i]?.data };
    const data = Object.fromEntries(
      Object.entries<unknown>({ ...row.data }).map(([field, value]) => [
        field,
        isSealed(before[field]) ? show(field, value) : value,
      ]),
    );
    return recordedEvent({ ...row, data }, upcasters);
  });
  const last = events.at(-1);
  const { until = after, head = after } = found[0] ?? {};
  if (last !== undefined && events.length === limit) return { events, until: last.position, hasMore: true };
  return { events, until: Math.max(until, after), hasMore: until < head };
}
