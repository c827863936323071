import type { Kysely } from 'kysely';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import type { ServiceRow } from '../tables.js';
import type { DisabledBecause } from './claim-deliveries.js';

/** The health of the URL that a service has. */
export interface EndpointRow {
  readonly failures: number;
  readonly failing_since: string | null;
  readonly disabled_at: string | null;
  readonly disabled_because: DisabledBecause | null;
}

/** An endpoint that was ever told something, with the service whose URL it is. */
export interface ServiceEndpointRow extends EndpointRow {
  /** Of the service. */
  readonly sid: string;
  readonly account_sid: string;
  readonly callback_url: string | null;
  readonly date_created: string;
}

/** Whether anything is sent to an endpoint: all of it, less often for its failures, or nothing. */
export type EndpointStatus = 'healthy' | 'failing' | 'disabled';

interface EndpointTables {
  readonly 'maskline.delivery_endpoint': EndpointRow & {
    readonly partition: number;
    readonly account_sid: string;
    readonly service_sid: string;
  };
  readonly 'maskline.service': Pick<ServiceRow, 'sid' | 'account_sid' | 'callback_url' | 'date_created'> & {
    readonly partition: number;
  };
}

/** Reads how it goes with the URLs that services are told at. */
export class CallbackEndpointQueries {
  readonly #builder: Kysely<EndpointTables>;

  constructor(
    db: Database,
    private readonly partitions: number,
  ) {
    this.#builder = db.kysely('reads');
  }

  /** Null while nothing was ever to be told. */
  async find(accountSid: string, serviceSid: string): Promise<EndpointRow | null> {
    const row = await this.#builder
      .selectFrom('maskline.delivery_endpoint')
      .select(['failures', 'failing_since', 'disabled_at', 'disabled_because'])
      .where('partition', '=', partitionOf(accountSid, this.partitions))
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .executeTakeFirst();
    return row ?? null;
  }

  /** Those of an account's services, the newest service first; of a status, or all that were ever told something. */
  async list(
    accountSid: string,
    range: PageRange,
    status: EndpointStatus | null = null,
  ): Promise<Page<ServiceEndpointRow>> {
    let query = this.#builder
      .selectFrom('maskline.service as k')
      .innerJoin('maskline.delivery_endpoint as e', (join) =>
        join.onRef('e.partition', '=', 'k.partition').onRef('e.service_sid', '=', 'k.sid'),
      )
      .select(['k.sid', 'k.account_sid', 'k.callback_url', 'k.date_created'])
      .select(['e.failures', 'e.failing_since', 'e.disabled_at', 'e.disabled_because'])
      .where('k.partition', '=', partitionOf(accountSid, this.partitions))
      .where('k.account_sid', '=', accountSid)
      .where('k.callback_url', 'is not', null);
    if (status !== null) query = query.where('e.disabled_at', status === 'disabled' ? 'is not' : 'is', null);
    if (status === 'healthy') query = query.where('e.failures', '=', 0);
    if (status === 'failing') query = query.where('e.failures', '>', 0);
    return readPage(query, range);
  }
}
