import { DomainError } from '#domain';
import { CoalescedRead, partitionOf, plainArray, textArray, type Queryable } from '#event-store';
import { listPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import type { ServiceRow } from '../tables.js';

const columns = `sid, account_sid, unique_name, default_ttl, callback_url, intercept_callback_url, out_of_session_callback_url,
  geo_match_level, number_selection_behavior, chat_instance_sid, version, date_created, date_updated`;

/** The inner select hides the length of the arrays, for which PostgreSQL would plan anew on every call. */
const bySid = `
  select s.* from unnest((select $1::int[]), $2::text[], $3::text[]) with ordinality r(partition, account, sid, i)
  left join lateral (
    select ${columns} from maskline.service s
    where s.partition = r.partition and s.sid = r.sid and s.account_sid = r.account limit 1
  ) s on true
  order by r.i`;

/** With the condition of the index of names (see migration 0008). */
const byName = `
  select sid from maskline.service where partition = $1 and account_sid = $2 and unique_name = $3 and unique_name > ''`;

interface Key {
  readonly accountSid: string;
  readonly sid: string;
}

/** Reads services, always of one account. */
export class ServiceQueries {
  readonly #bySid: CoalescedRead<Key, ServiceRow | null>;

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

  async get(accountSid: string, sid: string): Promise<ServiceRow> {
    const row = await this.#bySid.get({ accountSid, sid });
    if (row === null) throw notFound();
    return row;
  }

  /** The SID of the service with this unique name. */
  async sidOf(accountSid: string, uniqueName: string): Promise<string> {
    const { rows } = await this.db.query({
      name: 'service-by-name',
      text: byName,
      values: [partitionOf(accountSid, this.partitions), accountSid, uniqueName],
    });
    const [row] = rows as { sid: string }[];
    if (row === undefined) throw notFound();
    return row.sid;
  }

  list(accountSid: string, range: PageRange): Promise<Page<ServiceRow>> {
    return listPage(
      this.db,
      partitionOf(accountSid, this.partitions),
      {
        name: 'list-services',
        select: `select ${columns} from maskline.service where partition = $1 and account_sid = $2`,
        owners: [accountSid],
      },
      range,
    );
  }

  async #read(keys: readonly Key[]): Promise<(ServiceRow | null)[]> {
    const { rows } = await this.db.query({
      name: 'services-by-sid',
      text: bySid,
      values: [
        plainArray(keys, ({ accountSid }) => partitionOf(accountSid, this.partitions)),
        textArray(keys, ({ accountSid }) => accountSid),
        textArray(keys, ({ sid }) => sid),
      ],
    });
    return (rows as (ServiceRow | { sid: null })[]).map((row) => (row.sid === null ? null : row));
  }
}

function notFound(): DomainError {
  return new DomainError('service-not-found', 'there is no such service');
}
