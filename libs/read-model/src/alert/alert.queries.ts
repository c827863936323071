import type { Kysely } from 'kysely';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';

export interface AlertRow {
  readonly sid: string;
  readonly account_sid: string;
  readonly service_sid: string | null;
  readonly session_sid: string | null;
  readonly interaction_sid: string | null;
  readonly code: number;
  /** A word or two. */
  readonly why: string | null;
  readonly date_created: string;
}

export interface AlertFilter {
  readonly code?: number;
  /** When they were raised: from, and up to but without. */
  readonly from?: string;
  readonly to?: string;
}

interface AlertTables {
  readonly 'maskline.alert': AlertRow & { readonly partition: number };
}

/** Reads the alerts of an account. */
export class AlertQueries {
  readonly #builder: Kysely<AlertTables>;

  constructor(
    db: Database,
    private readonly partitions: number,
  ) {
    this.#builder = db.kysely('reads');
  }

  async list(
    accountSid: string,
    range: PageRange,
    { code, from, to }: AlertFilter = {},
  ): Promise<Page<AlertRow>> {
    let query = this.#builder
      .selectFrom('maskline.alert')
      .select([
        'sid',
        'account_sid',
        'service_sid',
        'session_sid',
        'interaction_sid',
        'code',
        'why',
        'date_created',
      ])
      .where('partition', '=', partitionOf(accountSid, this.partitions))
      .where('account_sid', '=', accountSid);
    if (code !== undefined) query = query.where('code', '=', code);
    if (from !== undefined) query = query.where('date_created', '>=', from);
    if (to !== undefined) query = query.where('date_created', '<', to);
    return readPage(query, range);
  }
}
