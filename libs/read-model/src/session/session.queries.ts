import { DomainError } from '#domain';
import { CoalescedRead, partitionOf, plainArray, textArray, type Queryable } from '#event-store';
import { listPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import type { SessionRow } from '../tables.js';
import { presentSession } from './present-session.js';

const columns = `sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl, date_started, date_ended,
  date_last_interaction, date_expiry, date_reopened, expires_at, version, date_created, date_updated`;

/** Nothing below a deleted service is reachable, even while the cascade still deletes it. */
const serviceIsLive = (partition: string, account: string, service: string) => `
  exists (select from maskline.service k
          where k.partition = ${partition} and k.sid = ${service} and k.account_sid = ${account})`;

/** The inner select hides the length of the arrays, for which PostgreSQL would plan anew on every call. */
const bySid = `
  select maskline.clock() as now, s.*
  from unnest((select $1::int[]), $2::text[], $3::text[], $4::text[]) with ordinality r(partition, account, service, sid, i)
  left join lateral (
    select ${columns} from maskline.session s
    where s.partition = r.partition and s.sid = r.sid and s.service_sid = r.service and s.account_sid = r.account
      and ${serviceIsLive('r.partition', 'r.account', 'r.service')}
    limit 1
  ) s on true
  order by r.i`;

/** The name is said twice for its index, which is cheaper for it (see migration 0008). */
const byName = `
  select sid from maskline.session s
  where s.partition = $1 and s.account_sid = $2 and s.service_sid = $3 and s.unique_name = $4 and s.unique_name is not null
    and ${serviceIsLive('$1', '$2', '$3')}`;

const list = `
  select maskline.clock() as now, ${columns} from maskline.session s
  where s.partition = $1 and s.account_sid = $2 and s.service_sid = $3
    and ${serviceIsLive('$1', '$2', '$3')}`;

interface Key {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly sid: string;
}

type TimedRow = SessionRow & { readonly now: string };

/** Reads sessions, always of one account and service, as they are now: what is overdue is shown closed. */
export class SessionQueries {
  readonly #bySid: CoalescedRead<Key, SessionRow | null>;

  constructor(
    private readonly db: Queryable,
    private readonly partitions: number,
  ) {
    this.#bySid = new CoalescedRead((keys) => this.#read(keys), {
      maxBatch: 128,
      maxInFlight: 2,
      maxWaiting: 4096,
      patience: 10_000,
    });
  }

  async get(accountSid: string, serviceSid: string, sid: string): Promise<SessionRow> {
    const row = await this.#bySid.get({ accountSid, serviceSid, sid });
    if (row === null) throw new DomainError('session-not-found', 'there is no such session');
    return row;
  }

  /** The SID of the session with this unique name, or null. */
  async sidOf(accountSid: string, serviceSid: string, uniqueName: string): Promise<string | null> {
    const { rows } = await this.db.query({
      name: 'session-by-name',
      text: byName,
      values: [partitionOf(accountSid, this.partitions), accountSid, serviceSid, uniqueName],
    });
    return (rows as { sid: string }[])[0]?.sid ?? null;
  }

  async list(accountSid: string, serviceSid: string, range: PageRange): Promise<Page<SessionRow>> {
    const page = await listPage<TimedRow>(
      this.db,
      partitionOf(accountSid, this.partitions),
      { name: 'list-sessions', select: list, owners: [accountSid, serviceSid] },
      range,
    );
    return { ...page, rows: page.rows.map(present) };
  }

  async #read(keys: readonly Key[]): Promise<(SessionRow | null)[]> {
    const { rows } = await this.db.query({
      name: 'sessions-by-sid',
      text: bySid,
      values: [
        plainArray(keys, ({ accountSid }) => partitionOf(accountSid, this.partitions)),
        textArray(keys, ({ accountSid }) => accountSid),
        textArray(keys, ({ serviceSid }) => serviceSid),
        textArray(keys, ({ sid }) => sid),
      ],
    });
    return (rows as (TimedRow | { sid: null })[]).map((row) => (row.sid === null ? null : present(row)));
  }
}

function present({ now, ...row }: TimedRow): SessionRow {
  return presentSession(row, now);
}
