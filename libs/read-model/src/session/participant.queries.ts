import type { Kysely } from 'kysely';
import { DomainError } from '#domain';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';
import { isBelowLiveService } from '../below-live-service.js';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import type { ParticipantRow, ReadModelTables } from '../tables.js';

const columns = [
  'sid',
  'account_sid',
  'service_sid',
  'session_sid',
  'identifier',
  'friendly_name',
  'proxy_identifier',
  'proxy_identifier_sid',
  'date_deleted',
  'date_created',
  'date_updated',
] as const satisfies readonly (keyof ParticipantRow)[];

/** Where in the API something below a session stands. */
export interface SessionPlace {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly sessionSid: string;
}

/** Reads participants, always of one session; those who were removed are shown too. */
export class ParticipantQueries {
  readonly #builder: Kysely<ReadModelTables>;

  constructor(
    db: Database,
    private readonly partitions: number,
  ) {
    this.#builder = db.kysely('reads');
  }

  async get(place: SessionPlace, sid: string): Promise<ParticipantRow> {
    const row = await this.#below(place).where('sid', '=', sid).executeTakeFirst();
    if (row === undefined) throw new DomainError('participant-not-found', 'there is no such participant');
    return row;
  }

  /** The one who has, or had, this identifier in the session: nobody comes twice. */
  async withIdentifier(place: SessionPlace, identifier: string): Promise<ParticipantRow> {
    const rows = await this.#below(place).execute();
    const row = rows.find((candidate) => candidate.identifier === identifier);
    if (row === undefined) throw new DomainError('participant-not-found', 'there is no such participant');
    return row;
  }

  async list(place: SessionPlace, range: PageRange): Promise<Page<ParticipantRow>> {
    return readPage(this.#below(place), range);
  }

  #below({ accountSid, serviceSid, sessionSid }: SessionPlace) {
    const partition = partitionOf(accountSid, this.partitions);
    return this.#builder
      .selectFrom('maskline.participant')
      .select(columns)
      .where('partition', '=', partition)
      .where('session_sid', '=', sessionSid)
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .where(isBelowLiveService(partition, accountSid, serviceSid));
  }
}
