import type { Queryable } from '#event-store';
import { statement } from '#platform';

/** A delivery that is ours to make for a while, and what the service wants now. */
export interface ClaimedDelivery {
  readonly sid: string;
  readonly account_sid: string;
  readonly session_sid: string;
  readonly interaction_sid: string;
  readonly event_id: string;
  readonly subject: string;
  /** The form, sealed; null when it was erased. */
  readonly request: Buffer | null;
  /** Of the attempt that begins now. */
  readonly number: number;
  readonly tries: number;
  /** The service's CallbackUrl as it is set. */
  readonly url: string;
}

export interface DeliveryClaim {
  readonly partition: number;
  readonly serviceSid: string;
  /** Of this claim alone. */
  readonly id: string;
  /** How many deliveries may be under way to the endpoint at once, and after how many seconds others may take them. */
  readonly most: number;
  readonly seconds: number;
}

const claim = statement('claim-deliveries', 'select * from maskline.claim_deliveries($1, $2, $3, $4, $5)');

/** Begins attempts of what is due at a service's endpoint; none while it is disabled, or while others are at it. */
export async function claimDeliveries(
  db: Queryable,
  { partition, serviceSid, id, most, seconds }: DeliveryClaim,
): Promise<ClaimedDelivery[]> {
  const { rows } = await db.query<ClaimedDelivery>(claim(partition, serviceSid, most, seconds, id));
  return rows;
}

export interface FinishedAttempt {
  readonly partition: number;
  readonly sid: string;
  readonly number: number;
  readonly claimId: string;
  /** Without user-info and fragment. */
  readonly url: string;
  /** SHA-256 of the CallbackUrl as it was set. */
  readonly urlDigest: Buffer;
  readonly status: number | null;
  /** Null when it arrived. */
  readonly failure: string | null;
  readonly contentType: string | null;
  /** The first of what was answered, sealed. */
  readonly answer: Buffer | null;
  /** Milliseconds to the next attempt; null for none. */
  readonly again: number | null;
}

export interface EndpointLimits {
  /** The most seconds for which an endpoint that fails is left alone. */
  readonly longestPause: number;
  /** Days of nothing but failure; 0 for never. */
  readonly disableAfter: number;
}

export type DisabledBecause = 'gone' | 'failing';

const finish = statement(
  'finish-attempt',
  'select maskline.finish_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as disabled',
);

/** Writes down what became of an attempt; answers why its endpoint was disabled by it, null when it was not. */
export async function finishAttempt(
  db: Queryable,
  attempt: FinishedAttempt,
  { longestPause, disableAfter }: EndpointLimits,
): Promise<DisabledBecause | null> {
  const { partition, sid, number, claimId, url, urlDigest, status, failure, contentType, answer, again } =
    attempt;
  const { rows } = await db.query<{ disabled: DisabledBecause | null }>(
    finish(
      partition,
      sid,
      number,
      claimId,
      url,
      urlDigest,
      status,
      failure,
      contentType,
      answer,
      again,
      longestPause,
      disableAfter,
    ),
  );
  const [row] = rows;
  return row?.disabled ?? null;
}
