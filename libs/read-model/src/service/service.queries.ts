import { DomainError } from '#domain';
import type { Kysely } from 'kysely';
import { CoalescedRead, partitionOf, plainArray, textArray } from '#event-store';
import type { Database } from '#platform';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import { pointReads } from '../point-reads.js';
import type { ReadModelTables, ServiceRow } from '../tables.js';

const columns = [
  'sid',
  'account_sid',
  'unique_name',
  'default_ttl',
  'callback_url',
  'intercept_callback_url',
  'out_of_session_callback_url',
  'geo_match_level',
  'number_selection_behavior',
  'chat_instance_sid',
  'respects_stop_words',
  'version',
  'date_created',
  'date_updated',
] as const satisfies readonly (keyof ServiceRow)[];

/** The inner select hides the length of the arrays, for which PostgreSQL would plan anew on every call. */
const bySid = `
  select s.* from unnest((select $1::int[]), $2::text[], $3::text[]) with ordinality r(partition, account, sid, i)
  left join lateral (
    select ${columns.join()} from maskline.service s
    where s.partition = r.partition and s.sid = r.sid and s.account_sid = r.account limit 1
  ) s on true
  order by r.i`;

interface Key {
  readonly accountSid: string;
  readonly sid: string;
}

/** Reads services, always of one account. */
export class ServiceQueries {
  readonly #bySid: CoalescedRead<Key, ServiceRow | null>;

  readonly #builder: Kysely<ReadModelTables>;

  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {
    this.#builder = db.kysely('reads');
    this.#bySid = new CoalescedRead((keys) => this.#read(keys), pointReads);
  }

  async get(accountSid: string, sid: string): Promise<ServiceRow> {
    const row = await this.#bySid.get({ accountSid, sid });
    if (row === null) throw notFound();
    return row;
  }

  /** The SID of the service with this unique name. */
  async sidOf(accountSid: string, uniqueName: string): Promise<string> {
    const row = await this.#ofAccount(accountSid)
      .select('sid')
      .where('unique_name', '=', uniqueName)
      .where('unique_name', '>', '') // the condition of the index of names (see migration 0008)
      .executeTakeFirst();
    if (row === undefined) throw notFound();
    return row.sid;
  }

  async list(accountSid: string, range: PageRange): Promise<Page<ServiceRow>> {
    return readPage(this.#ofAccount(accountSid).select(columns), range);
  }

  #ofAccount(accountSid: string) {
    return this.#builder
      .selectFrom('maskline.service')
      .where('partition', '=', partitionOf(accountSid, this.partitions))
      .where('account_sid', '=', accountSid);
  }

  async #read(keys: readonly Key[]): Promise<(ServiceRow | null)[]> {
    const { rows } = await this.db.reads.query<ServiceRow | { sid: null }>({
      name: 'services-by-sid',
      text: bySid,
      values: [
        plainArray(keys, ({ accountSid }) => partitionOf(accountSid, this.partitions)),
        textArray(keys, ({ accountSid }) => accountSid),
        textArray(keys, ({ sid }) => sid),
      ],
    });
    return rows.map((row) => (row.sid === null ? null : row));
  }
}

function notFound(): DomainError {
  return new DomainError('service-not-found', 'there is no such service');
}
