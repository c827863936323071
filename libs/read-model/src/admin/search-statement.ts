import type { SessionMode } from '#domain';
import type { PageCursor } from '../page.js';
import { sessionColumns } from '../session/session-columns.js';
import type { SessionRow } from '../tables.js';

/** Every part that is not null narrows the search. Times are from, inclusive, and to, exclusive. */
export interface SessionFilter {
  readonly sid: string | null;
  readonly uniqueName: string | null;
  /** Of somebody who is or was a participant. */
  readonly identifier: string | null;
  readonly serviceSid: string | null;
  readonly status: SessionRow['status'] | null;
  readonly mode: SessionMode | null;
  readonly createdFrom: string | null;
  readonly createdTo: string | null;
  readonly endedFrom: string | null;
  readonly endedTo: string | null;
}

/** Sessions that one page looks at, however few of them match: what a rare match among a million costs is bounded by it. */
const MOST_LOOKED_AT = 10_000;

/** Those of one SID each, never by an index that only happens to be in the right order. */
const bySid = (sids: string) => `
  (${sids}) d cross join lateral (
    select s.* from maskline.session s where s.partition = $1 and s.sid = d.sid and s.account_sid = $2 limit 1
  ) s`;

/** Planned for what it asks, and bounded whatever it asks. */
export function searchStatement(
  partition: number,
  accountSid: string,
  filter: SessionFilter,
  size: number,
  after: Pick<PageCursor, 'dateCreated' | 'sid'> | null,
): { text: string; values: unknown[]; mostLookedAt: number } {
  const values: unknown[] = [partition, accountSid];
  const value = (one: unknown) => `$${values.push(one)}`;
  const when = (one: string | null, condition: (parameter: string) => string) =>
    one === null ? [] : [condition(value(one))];

  const { sid, uniqueName, identifier, serviceSid, status, mode } = filter;
  const services = `from maskline.service k where k.partition = $1 and k.account_sid = $2 and k.date_created > '-infinity'`;
  const source =
    sid !== null
      ? bySid(`select ${value(sid)}::text as sid`)
      : uniqueName !== null
        ? bySid(`
            select n.sid from (select k.sid ${services}) k cross join lateral (
              select s.sid from maskline.session s
              where s.partition = $1 and s.service_sid = k.sid and s.unique_name = ${value(uniqueName)} and s.unique_name is not null
              limit 1
            ) n`)
        : identifier !== null
          ? bySid(`
              select distinct p.session_sid as sid from (select k.sid ${services}) k cross join lateral (
                select p.session_sid from maskline.participant p
                where p.partition = $1 and p.service_sid = k.sid and p.identifier = ${value(identifier)} and p.identifier > ''
              ) p`)
          : `maskline.session s`;
  const looks = [
    `s.partition = $1 and s.account_sid = $2 and s.date_created > '-infinity'`,
    ...when(serviceSid, (p) => `s.service_sid = ${p}`),
    ...(status === 'open' || status === 'in-progress' ? [`s.status <> 'closed'`] : []),
    ...when(filter.createdFrom, (p) => `s.date_created >= ${p}`),
    ...when(filter.createdTo, (p) => `s.date_created < ${p}`),
    ...(after === null
      ? []
      : [`(s.date_created, s.sid) < (${value(after.dateCreated)}, ${value(after.sid)})`]),
  ];
  // Conditions whose index was not chosen to lead the search filter what it finds. The status is judged as REST shows it: what is
  // overdue is closed.
  const matches = [
    `exists (select from maskline.service k where k.partition = $1 and k.sid = c.service_sid and k.account_sid = $2)`,
    ...(sid === null ? [] : when(uniqueName, (p) => `c.unique_name = ${p}`)),
    ...(sid === null && uniqueName === null
      ? []
      : when(
          identifier,
          (p) => `exists (select from maskline.participant p where p.partition = $1 and p.session_sid = c.sid
            and p.date_created > '-infinity' and p.identifier = ${p})`,
        )),
    ...(status === null
      ? []
      : status === 'closed'
        ? [`(c.status = 'closed' or c.expires_at <= maskline.clock())`]
        : [`c.status = ${value(status)} and (c.expires_at is null or c.expires_at > maskline.clock())`]),
    ...when(mode, (p) => `c.mode = ${p}`),
    ...when(filter.endedFrom, (p) => `c.ended >= ${p}`),
    ...when(filter.endedTo, (p) => `c.ended < ${p}`),
  ];
  // Without anything but the service that narrows it, what is looked at is what is found.
  const mostLookedAt = matches.length === 1 ? size + 1 : MOST_LOOKED_AT;
  const text = `
    with candidate as materialized (
      select ${sessionColumns.map((column) => `s.${column}`).join()},
        coalesce(s.date_ended, case when s.expires_at <= maskline.clock() then s.expires_at end) as ended
      from ${source} where ${looks.join(' and ')}
      order by s.date_created desc, s.sid desc limit ${mostLookedAt}
    ), looked as (
      select (select count(*)::int from candidate) as looked_at, c.date_created as last_created, c.sid as last_sid
      from (select) one left join lateral (select * from candidate c order by c.date_created, c.sid limit 1) c on true
    )
    select l.*, f.*
    from looked l left join lateral (
      select ${sessionColumns.join()}, maskline.clock() as now from candidate c where ${matches.join(' and ')}
      order by c.date_created desc, c.sid desc limit ${size + 1}
    ) f on true
    order by f.date_created desc, f.sid desc`;
  return { text, values, mostLookedAt };
}
