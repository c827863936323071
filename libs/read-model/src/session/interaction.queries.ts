import type { Kysely } from 'kysely';
import { DomainError } from '#domain';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';
import { isBelowLiveService } from '../below-live-service.js';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import type { InteractionRow, ReadModelTables } from '../tables.js';
import type { SessionPlace } from './participant.queries.js';

const columns = [
  'sid',
  'account_sid',
  'service_sid',
  'session_sid',
  'type',
  'data',
  'media_urls',
  'inbound_participant_sid',
  'inbound_resource_sid',
  'inbound_resource_status',
  'inbound_resource_type',
  'inbound_resource_url',
  'outbound_participant_sid',
  'outbound_resource_sid',
  'outbound_resource_status',
  'outbound_resource_type',
  'outbound_resource_url',
  'attempts',
  'is_pending',
  'date_created',
  'date_updated',
] as const satisfies readonly (keyof InteractionRow)[];

const startedUpTo = `
  select data ->> 'interactionSid' as sid from maskline.event
  where partition = $1 and stream_id = $2 and version <= $3 and type = 'InteractionStarted' order by version desc limit 1`;

/** Reads interactions, always of one session. */
export class InteractionQueries {
  readonly #builder: Kysely<ReadModelTables>;

  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {
    this.#builder = db.kysely('reads');
  }

  async get(place: SessionPlace, sid: string): Promise<InteractionRow> {
    return required(await this.#below(place).where('sid', '=', sid).executeTakeFirst());
  }

  /** An interaction of whichever session; null when there is none in the service. */
  async find(accountSid: string, serviceSid: string, sid: string): Promise<InteractionRow | null> {
    const row = await this.#builder
      .selectFrom('maskline.interaction')
      .select(columns)
      .where('partition', '=', partitionOf(accountSid, this.partitions))
      .where('sid', '=', sid)
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .executeTakeFirst();
    return row ?? null;
  }

  /** What came in as this message or call of the carrier; null when it did not, or is deleted since. */
  async withInbound(
    accountSid: string,
    serviceSid: string,
    resourceSid: string,
  ): Promise<InteractionRow | null> {
    const row = await this.#builder
      .selectFrom('maskline.interaction')
      .select(columns)
      .where('partition', '=', partitionOf(accountSid, this.partitions))
      .where('inbound_resource_sid', '=', resourceSid)
      .where('inbound_resource_sid', 'is not', null)
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .executeTakeFirst();
    return row ?? null;
  }

  /** The last interaction that was started in a session up to a version of it: the one that a command of that version made. */
  async startedUpTo({ accountSid, sessionSid }: SessionPlace, version: number): Promise<string> {
    const { rows } = await this.db.reads.query<{ sid: string }>({
      name: 'interaction-started-up-to',
      text: startedUpTo,
      values: [partitionOf(accountSid, this.partitions), sessionSid, version],
    });
    const [row] = rows;
    if (row === undefined) throw new DomainError('interaction-not-found', 'there is no such interaction');
    return row.sid;
  }

  /** Messages that the account sent count among them. */
  async list(place: SessionPlace, range: PageRange): Promise<Page<InteractionRow>> {
    return readPage(this.#below(place), range);
  }

  /** A message that the account sent to this participant. */
  async getMessage(place: SessionPlace, participantSid: string, sid: string): Promise<InteractionRow> {
    return required(await this.#sentTo(place, participantSid).where('sid', '=', sid).executeTakeFirst());
  }

  async listMessages(
    place: SessionPlace,
    participantSid: string,
    range: PageRange,
  ): Promise<Page<InteractionRow>> {
    return readPage(this.#sentTo(place, participantSid), range);
  }

  #sentTo(place: SessionPlace, participantSid: string) {
    return this.#below(place)
      .where('inbound_participant_sid', 'is', null)
      .where('outbound_participant_sid', '=', participantSid);
  }

  #below({ accountSid, serviceSid, sessionSid }: SessionPlace) {
    const partition = partitionOf(accountSid, this.partitions);
    return this.#builder
      .selectFrom('maskline.interaction')
      .select(columns)
      .where('partition', '=', partition)
      .where('session_sid', '=', sessionSid)
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .where(isBelowLiveService(partition, accountSid, serviceSid));
  }
}

function required(row: InteractionRow | undefined): InteractionRow {
  if (row === undefined) throw new DomainError('interaction-not-found', 'there is no such interaction');
  return row;
}
