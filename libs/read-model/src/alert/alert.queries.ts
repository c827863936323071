import type { Kysely } from 'kysely';
import { DomainError } from '#domain';
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

/** Null, like what is left out, does not narrow the list. */
export interface AlertFilter {
  readonly code?: number | null;
  /** When they were raised: from, and up to but without. */
  readonly from?: string | null;
  readonly to?: string | null;
}

const columns = [
  'sid',
  'account_sid',
  'service_sid',
  'session_sid',
  'interaction_sid',
  'code',
  'why',
  'date_created',
] as const satisfies readonly (keyof AlertRow)[];

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
    let query = this.#ofAccount(accountSid);
    if (code != null) query = query.where('code', '=', code);
    if (from != null) query = query.where('date_created', '>=', from);
    if (to != null) query = query.where('date_created', '<', to);
    return readPage(query, range);
  }

  async get(accountSid: string, sid: string): Promise<AlertRow> {
    const row = await this.#ofAccount(accountSid).where('sid', '=', sid).executeTakeFirst();
    if (row === undefined) throw new DomainError('alert-not-found', 'there is no such alert');
    return row;
  }

  #ofAccount(accountSid: string) {
    return this.#builder
      .selectFrom('maskline.alert')
      .select(columns)
      .where('partition', '=', partitionOf(accountSid, this.partitions))
      .where('account_sid', '=', accountSid);
  }
}
