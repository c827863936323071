import { sql, type Kysely } from 'kysely';
import { DomainError } from '#domain';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';
import { isBelowLiveService } from '../below-live-service.js';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import type { PhoneNumberRow, ReadModelTables, ShortCodeRow } from '../tables.js';

/** A number of a pool, and how many active sessions use it at this moment. */
export type Used<Row> = Row & { readonly in_use: number };

const shared = [
  'sid',
  'account_sid',
  'service_sid',
  'iso_country',
  'capabilities',
  'is_reserved',
  'version',
  'date_created',
  'date_updated',
] as const satisfies readonly (keyof PhoneNumberRow & keyof ShortCodeRow)[];

/** Reads the numbers of pools, always of one account and service. */
export class PhoneNumberQueries {
  readonly #builder: Kysely<ReadModelTables>;

  constructor(
    db: Database,
    private readonly partitions: number,
  ) {
    this.#builder = db.kysely('reads');
  }

  async get(accountSid: string, serviceSid: string, sid: string): Promise<Used<PhoneNumberRow>> {
    const row = await this.#phoneNumbers(accountSid, serviceSid).where('sid', '=', sid).executeTakeFirst();
    if (row === undefined) throw new DomainError('phone-number-not-found', 'there is no such number');
    return row;
  }

  async list(accountSid: string, serviceSid: string, range: PageRange): Promise<Page<Used<PhoneNumberRow>>> {
    return readPage(this.#phoneNumbers(accountSid, serviceSid), range);
  }

  async getShortCode(accountSid: string, serviceSid: string, sid: string): Promise<ShortCodeRow> {
    const row = await this.#shortCodes(accountSid, serviceSid).where('sid', '=', sid).executeTakeFirst();
    if (row === undefined) throw new DomainError('short-code-not-found', 'there is no such short code');
    return row;
  }

  async listShortCodes(
    accountSid: string,
    serviceSid: string,
    range: PageRange,
  ): Promise<Page<ShortCodeRow>> {
    return readPage(this.#shortCodes(accountSid, serviceSid), range);
  }

  #phoneNumbers(accountSid: string, serviceSid: string) {
    const partition = partitionOf(accountSid, this.partitions);
    return this.#builder
      .selectFrom('maskline.phone_number')
      .select([...shared, 'phone_number', 'friendly_name'])
      .select(inUse.as('in_use'))
      .where('partition', '=', partition)
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .where(isBelowLiveService(partition, accountSid, serviceSid));
  }

  #shortCodes(accountSid: string, serviceSid: string) {
    const partition = partitionOf(accountSid, this.partitions);
    return this.#builder
      .selectFrom('maskline.short_code')
      .select([...shared, 'short_code'])
      .where('partition', '=', partition)
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .where(isBelowLiveService(partition, accountSid, serviceSid));
  }
}

/**
 * What is counted with each event, less the sessions that have run out and whose event is still to come. Each probe is its own
 * (`offset 0`): joined, all participants were walked for every number.
 */
const inUse = sql<number>`
  coalesce((
    select u.sessions from maskline.number_use u
    where u.partition = phone_number.partition and u.service_sid = phone_number.service_sid and u.number = phone_number.phone_number
  ), 0) - (
    select count(*)::int from maskline.session s
    where s.partition = phone_number.partition and s.timer_at <= maskline.clock() and s.expires_at <= maskline.clock()
      and s.service_sid = phone_number.service_sid and s.status <> 'closed'
      and exists (select from maskline.participant p
                  where p.partition = s.partition and p.session_sid = s.sid and p.date_deleted is null
                    and p.proxy_identifier = phone_number.phone_number
                  offset 0)
  )`;
