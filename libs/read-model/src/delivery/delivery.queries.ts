import type { KeyObject } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { DomainError } from '#domain';
import { partitionOf, readSubjectKeys } from '#event-store';
import { open, type Database } from '#platform';
import { readPage } from '../list-page.js';
import type { Page, PageRange } from '../page.js';
import { countRedeliverable, type DeliveryRange, type DeliveryStatus } from './redeliver.js';
import { answerPlace, requestPlace } from './sealed-delivery.js';

/** Something that a service is told of, or was. */
export interface DeliveryRow {
  readonly sid: string;
  readonly account_sid: string;
  readonly service_sid: string;
  readonly session_sid: string;
  readonly interaction_sid: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly status: DeliveryStatus;
  /** Why it is not delivered: how the last attempt failed, or why there are no more. */
  readonly reason: string | null;
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly date_created: string;
  readonly date_updated: string;
}

export interface DeliveryAttempt {
  readonly number: number;
  /** Without user-info and fragment; null while it is under way, and for one that was cut short. */
  readonly url: string | null;
  readonly status: number | null;
  readonly failure: string | null;
  readonly content_type: string | null;
  /** The first 4 kB; null when there is none, or it was erased. */
  readonly answer: string | null;
  readonly date_started: string;
  readonly date_ended: string | null;
}

export interface DeliveryDetails extends DeliveryRow {
  /** The form as it is sent; null once its interaction or session is deleted. */
  readonly request: readonly (readonly [name: string, value: string])[] | null;
  readonly history: readonly DeliveryAttempt[];
}

/** Null, like what is left out, does not narrow the list. */
export interface DeliveryFilter {
  readonly status?: DeliveryStatus | null;
  /** When they were created: from, and up to but without. */
  readonly from?: string | null;
  readonly to?: string | null;
}

const columns = [
  'sid',
  'account_sid',
  'service_sid',
  'session_sid',
  'interaction_sid',
  'event_id',
  'event_type',
  'status',
  'reason',
  'attempts',
  'next_attempt_at',
  'date_created',
  'date_updated',
] as const satisfies readonly (keyof DeliveryRow)[];

interface Sealed {
  readonly partition: number;
  readonly subject: string;
  readonly request: Buffer | null;
}

interface DeliveryTables {
  readonly 'maskline.delivery': DeliveryRow & Sealed;
  readonly 'maskline.delivery_attempt': Omit<DeliveryAttempt, 'answer'> & {
    readonly partition: number;
    readonly delivery_sid: string;
    readonly answer: Buffer | null;
  };
}

/** Reads what services were told, always of one service. Those of a deleted service stay readable until they are forgotten. */
export class DeliveryQueries {
  readonly #builder: Kysely<DeliveryTables>;

  constructor(
    private readonly db: Database,
    private readonly partitions: number,
    private readonly masterKey: KeyObject,
  ) {
    this.#builder = db.kysely('reads');
  }

  async list(
    accountSid: string,
    serviceSid: string,
    range: PageRange,
    { status, from, to }: DeliveryFilter = {},
  ): Promise<Page<DeliveryRow>> {
    let query = this.#ofService(accountSid, serviceSid).select(columns);
    if (status != null) query = query.where('status', '=', status);
    if (from != null) query = query.where('date_created', '>=', from);
    if (to != null) query = query.where('date_created', '<', to);
    return readPage(query, range);
  }

  /** With everything that was sent and answered, as far as it may still be known. */
  async get(accountSid: string, serviceSid: string, sid: string): Promise<DeliveryDetails> {
    const row = await this.#ofService(accountSid, serviceSid)
      .select([...columns, 'subject', 'request'])
      .where('sid', '=', sid)
      .executeTakeFirst();
    if (row === undefined) throw new DomainError('delivery-not-found', 'there is no such delivery');
    const { subject, request, ...shown } = row;
    const partition = partitionOf(accountSid, this.partitions);
    const attempts = await this.#builder
      .selectFrom('maskline.delivery_attempt')
      .select(['number', 'url', 'status', 'failure', 'content_type', 'answer', 'date_started', 'date_ended'])
      .where('partition', '=', partition)
      .where('delivery_sid', '=', sid)
      .orderBy('number')
      .execute();
    const whose = { partition, streamId: row.session_sid, subject };
    const [key = null] = await readSubjectKeys(this.db.reads, [whose], this.masterKey);
    const opened = (box: Buffer | null, place: string) =>
      box === null || key === null ? null : open(key, box, place);
    const form = opened(request, requestPlace(sid));
    return {
      ...shown,
      // Written by ourselves.
      request: form === null ? null : (JSON.parse(form) as [string, string][]),
      history: attempts.map((attempt) => ({
        ...attempt,
        answer: opened(attempt.answer, answerPlace(sid, attempt.number)),
      })),
    };
  }

  /** How many of a selection could be delivered again. */
  async countRedeliverable(
    accountSid: string,
    serviceSid: string,
    selection: Pick<DeliveryRange, 'status' | 'from' | 'to'>,
  ): Promise<number> {
    const partition = partitionOf(accountSid, this.partitions);
    const range = { ...selection, partition, accountSid, serviceSid };
    const counts = await countRedeliverable(this.db.reads, range);
    return counts.reduce((sum, { deliveries }) => sum + deliveries, 0);
  }

  #ofService(accountSid: string, serviceSid: string) {
    return this.#builder
      .selectFrom('maskline.delivery')
      .where('partition', '=', partitionOf(accountSid, this.partitions))
      .where('account_sid', '=', accountSid)
      .where('service_sid', '=', serviceSid)
      .where(sql<boolean>`date_created > '-infinity'`);
  }
}
