import type { Queryable } from '#event-store';
import { statement } from '#platform';

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'canceled';

/** Deliveries of one service. */
export interface DeliveryRange {
  readonly partition: number;
  readonly accountSid: string;
  readonly serviceSid: string;
  /** Null for every status. */
  readonly status: DeliveryStatus | null;
  /** When they were created: from, and up to but without. Null for no limit. */
  readonly from: string | null;
  readonly to: string | null;
}

const inRange = `d.partition = $1 and d.account_sid = $2 and d.service_sid = $3 and ($4::text is null or d.status = $4)
  and d.date_created > '-infinity' and ($5::timestamptz is null or d.date_created >= $5) and ($6::timestamptz is null or d.date_created < $6)`;

const count = statement(
  'count-redeliverable',
  `select d.status, count(*)::int as deliveries from maskline.delivery d
  where ${inRange} and d.request is not null and d.status <> 'pending' group by d.status order by d.status`,
);

export interface RedeliveryCount {
  readonly status: DeliveryStatus;
  readonly deliveries: number;
}

/** How many of a range could be delivered again: what is pending will be anyway, and what was erased cannot be. */
export async function countRedeliverable(db: Queryable, range: DeliveryRange): Promise<RedeliveryCount[]> {
  const { rows } = await db.query<RedeliveryCount>(count(...valuesOf(range)));
  return rows;
}

const order = statement(
  'redeliver',
  `with moment as materialized (
    select maskline.clock() as now
  ), ordered as (
    select d.sid, d.date_created, $10::int + row_number() over (order by d.date_created, d.sid) as place from maskline.delivery d
    where ${inRange} and d.request is not null and d.status <> 'pending' and ($7::text is null or d.sid = $7)
      and ($11::timestamptz is null or (d.date_created, d.sid) > ($11, $12::text collate "C"))
    order by d.date_created, d.sid limit $13
  ), again as (
    update maskline.delivery d
    set status = 'pending', reason = null, tries = 0, claim = null, date_updated = m.now,
      next_attempt_at = m.now + make_interval(secs => (o.place - 1) / $8::float8),
      give_up_at = m.now + make_interval(days => $9, secs => (o.place - 1) / $8::float8)
    from ordered o, moment m where d.partition = $1 and d.sid = o.sid and d.status <> 'pending' and d.request is not null
    returning 1
  ), woken as (
    update maskline.delivery_endpoint e set wake_at = least(e.wake_at, greatest(maskline.clock(), e.paused_until))
    where e.partition = $1 and e.service_sid = $3 and e.disabled_at is null and exists (select from again)
  )
  select (select count(*)::int from again) as ordered, count(*)::int as seen, max(o.place)::int as place,
    (array_agg(o.date_created::text order by o.place desc))[1] as date, (array_agg(o.sid order by o.place desc))[1] as sid
  from ordered o`,
);

export interface Redelivery {
  /** One of the range alone; null for all. */
  readonly sid: string | null;
  readonly perSecond: number;
  /** After which each is given up. */
  readonly days: number;
  /** So many in one statement, that nobody waits for a long one. */
  readonly batch?: number;
}

interface Ordered {
  readonly ordered: number;
  readonly seen: number;
  readonly place: number | null;
  readonly date: string | null;
  readonly sid: string | null;
}

/** Has deliveries of a range made once more, the oldest first and at most so many a second; answers how many. */
export async function redeliver(
  db: Queryable,
  range: DeliveryRange,
  { sid, perSecond, days, batch = 1_000 }: Redelivery,
): Promise<number> {
  let total = 0;
  let last: Pick<Ordered, 'place' | 'date' | 'sid'> = { place: 0, date: null, sid: null };
  for (;;) {
    // From where the last statement ended: what it ordered may have been delivered by now, and is not meant once more.
    const after = [last.place, last.date, last.sid, batch];
    const { rows } = await db.query<Ordered>(order(...valuesOf(range), sid, perSecond, days, ...after));
    const [row] = rows;
    if (row === undefined) throw new Error('what aggregates answers one row');
    total += row.ordered;
    if (row.seen < batch) return total;
    last = row;
  }
}

function valuesOf({ partition, accountSid, serviceSid, status, from, to }: DeliveryRange): unknown[] {
  return [partition, accountSid, serviceSid, status, from, to];
}
