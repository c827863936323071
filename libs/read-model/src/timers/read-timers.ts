import type { Queryable } from '#event-store';
import { timerSlices } from './prepare-timers.js';

const between = `
  select distinct date_bin($4::interval, timer_at, 'epoch') as timer
  from maskline.session
  where partition = $1 and timer_at > coalesce($2, '-infinity'::timestamptz) and timer_at <= $3 and timer_at is not null`;

/** The times for which timers are needed in a range, `after` excluded; those that lie within `grain` count as one, its start. */
export async function readTimersBetween(
  db: Queryable,
  partition: number,
  after: string | null,
  until: string,
  grainMilliseconds: number,
): Promise<string[]> {
  const { rows } = await db.query<{ timer: string }>({
    name: 'read-timers-between',
    text: between,
    values: [partition, after, until, `${grainMilliseconds} milliseconds`],
  });
  return rows.map(({ timer }) => timer);
}

/**
 * One by one, and what is null is left out afterwards: `sid = any(…)` or `timer_at is not null` would let the planner walk all
 * sessions or all timers when it plans for a small table (see migration 0008).
 */
const ofSessions = `
  select s.timer_at as timer from unnest($2::text[]) r(sid)
  cross join lateral (select timer_at from maskline.session s where s.partition = $1 and s.sid = r.sid limit 1) s`;

export async function readTimersOf(
  db: Queryable,
  partition: number,
  sids: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ timer: string | null }>({
    name: 'read-timers-of',
    text: ofSessions,
    values: [partition, [...sids]],
  });
  return rows.flatMap(({ timer }) => timer ?? []);
}

/** A session whose timer has come. */
export interface DueTimer {
  readonly sid: string;
  readonly accountSid: string;
  readonly timerAt: string;
  /** False when the deadline moved or went, or the service did. */
  readonly isOverdue: boolean;
  /** Seconds since the deadline. */
  readonly overdueBy: number;
}

const due = `
  select s.sid, s.account_sid as "accountSid", s.timer_at as "timerAt",
    coalesce(s.expires_at <= c.now, false)
      and exists (select from maskline.service k where k.partition = s.partition and k.sid = s.service_sid) as "isOverdue",
    coalesce(extract(epoch from c.now - s.expires_at), 0)::float8 as "overdueBy"
  from (select maskline.clock() as now) c
  cross join lateral (
    select partition, sid, account_sid, service_sid, timer_at, expires_at from maskline.session s
    where s.partition = $1 and s.timer_at <= c.now and s.timer_at is not null
      and (hashtextextended(s.sid, 0) & ${timerSlices - 1})::int = any($2::int[])
      and (s.timer_at, s.sid) > ($3::timestamptz, $4::text)
    order by s.timer_at, s.sid limit $5
  ) s`;

export interface DueRange {
  readonly partition: number;
  readonly slices: readonly number[];
  readonly after: Pick<DueTimer, 'timerAt' | 'sid'> | null;
  readonly limit: number;
}

/** What has come due in these slices, by time. Nothing is locked: to expire a session twice is refused by its version. */
export async function readDueTimers(
  db: Queryable,
  { partition, slices, after, limit }: DueRange,
): Promise<DueTimer[]> {
  const { rows } = await db.query<DueTimer>({
    name: 'read-due-timers',
    text: due,
    values: [partition, [...slices], after?.timerAt ?? '-infinity', after?.sid ?? '', limit],
  });
  return rows;
}

/** The first timer of each partition, and only then the time: the clock is volatile, and no index is searched by what may change. */
const any = `
  select h.partition
  from maskline.partition_head h
  cross join lateral (
    select s.timer_at from maskline.session s
    where s.partition = h.partition and s.timer_at is not null order by s.timer_at limit 1
  ) first
  where first.timer_at <= maskline.clock() - make_interval(secs => $1)`;

/** The partitions in which a timer came due more than so many seconds ago. */
export async function partitionsWithDueTimers(db: Queryable, seconds: number): Promise<number[]> {
  const { rows } = await db.query<{ partition: number }>({
    name: 'partitions-with-due-timers',
    text: any,
    values: [seconds],
  });
  return rows.map(({ partition }) => partition);
}
