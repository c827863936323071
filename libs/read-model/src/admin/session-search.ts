import type { SessionMode } from '#domain';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';
import type { PageCursor } from '../page.js';
import { presentSession } from '../session/present-session.js';
import type { ParticipantRow, SessionRow } from '../tables.js';

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

export interface FoundSessions {
  readonly rows: readonly SessionRow[];
  /** Where the search goes on; null when all has been looked at. A page may be short and yet not the last. */
  readonly next: PageCursor | null;
}

export type FoundParticipant = Pick<
  ParticipantRow,
  'sid' | 'session_sid' | 'identifier' | 'friendly_name' | 'proxy_identifier' | 'date_deleted'
>;

/** Sessions that one page looks at, however few of them match: what a rare match among a million costs is bounded by it. */
const MOST_LOOKED_AT = 10_000;

const columns = `sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl, date_started, date_ended,
  date_last_interaction, date_expiry, date_reopened, expires_at, version, date_created, date_updated`;

/** Those of one SID each, never by an index that only happens to be in the right order. */
const bySid = (sids: string) => `
  (${sids}) d cross join lateral (
    select s.* from maskline.session s where s.partition = $1 and s.sid = d.sid and s.account_sid = $2 limit 1
  ) s`;

const participants = `
  select p.sid, p.session_sid, p.identifier, p.friendly_name, p.proxy_identifier, p.date_deleted
  from unnest($2::text[]) with ordinality w(sid, i)
  cross join lateral (
    select * from maskline.participant p
    where p.partition = $1 and p.session_sid = w.sid and p.account_sid = $3 and p.date_created > '-infinity'
    order by p.date_created, p.sid limit 100
  ) p
  order by w.i`;

type FoundRow = Readonly<Record<'looked_at', number>> &
  Readonly<Record<'last_created' | 'last_sid', string | null>> &
  ((SessionRow & { readonly now: string }) | { readonly sid: null });

/** Finds sessions of an account, whatever their service, newest first. For people: each search is planned for what it asks. */
export class SessionSearch {
  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {}

  async find(
    accountSid: string,
    filter: SessionFilter,
    size: number,
    after: Pick<PageCursor, 'dateCreated' | 'sid'> | null,
  ): Promise<FoundSessions> {
    const { text, values, mostLookedAt } = statementOf(
      partitionOf(accountSid, this.partitions),
      accountSid,
      filter,
      size,
      after,
    );
    const { rows } = await this.db.reads.query<FoundRow>({ text, values });
    const found = rows.flatMap((row) => (row.sid === null ? [] : [row]));
    const shown = found.slice(0, size);
    const last = shown.at(-1);
    const next = (dateCreated: string, sid: string): PageCursor => ({ direction: 'after', dateCreated, sid });
    const [{ looked_at, last_created, last_sid } = { looked_at: 0, last_created: null, last_sid: null }] =
      rows;
    return {
      rows: shown.map(present),
      next:
        found.length > size && last !== undefined
          ? next(last.date_created, last.sid)
          : looked_at === mostLookedAt && last_created !== null && last_sid !== null
            ? next(last_created, last_sid)
            : null,
    };
  }

  /** Who is or was in these sessions. */
  async participantsOf(accountSid: string, sids: readonly string[]): Promise<FoundParticipant[]> {
    const partition = partitionOf(accountSid, this.partitions);
    const { rows } = await this.db.reads.query<FoundParticipant>({
      name: 'participants-of-sessions',
      text: participants,
      values: [partition, [...sids], accountSid],
    });
    return rows;
  }
}

function statementOf(
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
      select s.sid, s.account_sid, s.service_sid, s.unique_name, s.status, s.closed_reason, s.mode, s.ttl, s.date_started, s.date_ended,
        s.date_last_interaction, s.date_expiry, s.date_reopened, s.expires_at, s.version, s.date_created, s.date_updated,
        coalesce(s.date_ended, case when s.expires_at <= maskline.clock() then s.expires_at end) as ended
      from ${source} where ${looks.join(' and ')}
      order by s.date_created desc, s.sid desc limit ${mostLookedAt}
    ), looked as (
      select (select count(*)::int from candidate) as looked_at, c.date_created as last_created, c.sid as last_sid
      from (select) one left join lateral (select * from candidate c order by c.date_created, c.sid limit 1) c on true
    )
    select l.*, f.*
    from looked l left join lateral (
      select ${columns}, maskline.clock() as now from candidate c where ${matches.join(' and ')}
      order by c.date_created desc, c.sid desc limit ${size + 1}
    ) f on true
    order by f.date_created desc, f.sid desc`;
  return { text, values, mostLookedAt };
}

/** By name, without what else the statement answers. */
function present(row: SessionRow & { readonly now: string }): SessionRow {
  const { now } = row;
  const { sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl, date_started } = row;
  const { date_ended, date_last_interaction, date_expiry, date_reopened, expires_at, version } = row;
  const { date_created, date_updated } = row;
  const session: SessionRow = {
    sid,
    account_sid,
    service_sid,
    unique_name,
    status,
    closed_reason,
    mode,
    ttl,
    date_started,
    date_ended,
    date_last_interaction,
    date_expiry,
    date_reopened,
    expires_at,
    version,
    date_created,
    date_updated,
  };
  return presentSession(session, now);
}
