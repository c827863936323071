import { sql, type Kysely } from 'kysely';
import { DomainError } from '#domain';
import { CoalescedRead, partitionOf, plainArray, textArray } from '#event-store';
import type { Database } from '#platform';
import { isBelowLiveService } from '../below-live-service.js';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import { pointReads } from '../point-reads.js';
import type { ReadModelTables, SessionRow } from '../tables.js';
import { presentSession } from './present-session.js';
import { sessionColumns } from './session-columns.js';

/** The inner select hides the length of the arrays, for which PostgreSQL would plan anew on every call. */
const bySid = `
  select maskline.clock() as now, s.*
  from unnest((select $1::int[]), $2::text[], $3::text[], $4::text[]) with ordinality r(partition, account, service, sid, i)
  left join lateral (
    select ${sessionColumns.join()} from maskline.session s
    where s.partition = r.partition and s.sid = r.sid and s.service_sid = r.service and s.account_sid = r.account
      and exists (select from maskline.service k
                  where k.partition = r.partition and k.sid = r.service and k.account_sid = r.account)
    limit 1
  ) s on true
  order by r.i`;

interface Key {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly sid: string;
}

type TimedRow = SessionRow & { readonly now: string };

/** Reads sessions, always of one account and service, as they are now: what is overdue is shown closed. */
export class SessionQueries {
  readonly #bySid: CoalescedRead<Key, SessionRow | null>;
  readonly #builder: Kysely<ReadModelTables>;

  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {
    this.#builder = db.kysely('reads');
    this.#bySid = new CoalescedRead((keys) => this.#read(keys), pointReads);
  }

  async get(accountSid: string, serviceSid: string, sid: string): Promise<SessionRow> {
    const row = await this.#bySid.get({ accountSid, serviceSid, sid });
    if (row === null) throw new DomainError('session-not-found', 'there is no such session');
    return row;
  }

  /** The SID of the session with this unique name; null when there is none, or not even the service. */
  async sidOf(accountSid: string, serviceSid: string, uniqueName: string): Promise<string | null> {
    const row = await this.#below(accountSid, serviceSid)
      .select('sid')
      .where('unique_name', '=', uniqueName)
      .where('unique_name', 'is not', null) // said twice for the index of names (see migration 0008)
      .executeTakeFirst();
    return row?.sid ?? null;
  }

  async list(accountSid: string, serviceSid: string, range: PageRange): Promise<Page<SessionRow>> {
    const query = this.#below(accountSid, serviceSid)
      .select(sessionColumns)
      .select(sql<string>`maskline.clock()`.as('now'));
    const { rows, hasMore } = await readPage(query, range);
    return { rows: rows.map(present), hasMore };
  }

  /** Nothing below a deleted service is reachable, even while the cascade still deletes it. */
  #below(accountSid: string, serviceSid: string) {
    const partition = partitionOf(accountSid, this.partitions);
    return this.#builder
      .selectFrom('maskline.session')
      .where('partition', '=', partition)
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .where(isBelowLiveService(partition, accountSid, serviceSid));
  }

  async #read(keys: readonly Key[]): Promise<(SessionRow | null)[]> {
    const { rows } = await this.db.reads.query<TimedRow | { sid: null }>({
      name: 'sessions-by-sid',
      text: bySid,
      values: [
        plainArray(keys, ({ accountSid }) => partitionOf(accountSid, this.partitions)),
        textArray(keys, ({ accountSid }) => accountSid),
        textArray(keys, ({ serviceSid }) => serviceSid),
        textArray(keys, ({ sid }) => sid),
      ],
    });
    return rows.map((row) => (row.sid === null ? null : present(row)));
  }
}

function present({ now, ...row }: TimedRow): SessionRow {
  return presentSession(row, now);
}
