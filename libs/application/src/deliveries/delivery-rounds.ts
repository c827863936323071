import { createHash, randomUUID, type KeyObject } from 'node:crypto';
import { readSubjectKeys } from '#event-store';
import { nameError, open, readCallTarget, seal, type CallOutcome, type Database } from '#platform';
import {
  answerPlace,
  claimDeliveries,
  eraseDeliveries,
  finishAttempt,
  requestPlace,
  type ClaimedDelivery,
  type FinishedAttempt,
} from '#read-model';
import type { CallbackForm } from '#wire';
import type { Alerts } from '../alerts/alerts.js';
import { callbackFailure, type Callbacks } from '../callbacks/callbacks.js';
import { retryDelay } from './retry-schedule.js';

/** Calls under way to one endpoint at once. */
const MOST_AT_ONCE = 8;
/** Longer than a call may take with all its retries, so that nobody is at it any more. */
const CLAIM_SECONDS = 60;
/** An endpoint that fails is called once in so long at most, whatever waits for it. */
const LONGEST_PAUSE_SECONDS = 60;
const GONE = 410;

/** Whose deliveries are to be made. */
export interface Endpoint {
  readonly partition: number;
  readonly serviceSid: string;
}

/** What was sent, and what came back. */
interface Sent {
  readonly outcome: CallOutcome | null;
  readonly failure: string | null;
}

/** Makes the deliveries of services, and writes down what becomes of every attempt. */
export class DeliveryRounds {
  constructor(
    private readonly database: Database,
    private readonly callbacks: Pick<Callbacks, 'inform'>,
    private readonly alerts: Pick<Alerts, 'raise'>,
    private readonly masterKey: KeyObject,
    /** After so many days of nothing but failure an endpoint is disabled; 0 for never. */
    private readonly disableAfter: number,
  ) {}

  /**
   * Makes a few of the deliveries that are due at an endpoint, and no more, so that others have their turn. Answers the id of the
   * round when there may be more to do; null when there was nothing, or others are at it.
   */
  async run({ partition, serviceSid }: Endpoint): Promise<string | null> {
    const claim = { partition, serviceSid, id: randomUUID(), most: MOST_AT_ONCE, seconds: CLAIM_SECONDS };
    const claimed = await claimDeliveries(this.database.subscriptions, claim);
    if (claimed.length === 0) return null;
    const made = await Promise.allSettled(
      claimed.map((delivery) => this.#deliver(partition, serviceSid, claim.id, delivery)),
    );
    const reasons = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    if (reasons.length === 1) throw reasons[0];
    if (reasons.length > 1) throw new AggregateError(reasons, `${reasons.length} deliveries failed here`);
    return claim.id;
  }

  async #deliver(
    partition: number,
    serviceSid: string,
    claimId: string,
    delivery: ClaimedDelivery,
  ): Promise<void> {
    const { sid, number, tries, url, subject, session_sid: streamId } = delivery;
    const [key = null] = await readSubjectKeys(
      this.database.subscriptions,
      [{ partition, streamId, subject }],
      this.masterKey,
    );
    if (key === null || delivery.request === null) {
      await eraseDeliveries(this.database.subscriptions, partition, [delivery.interaction_sid], []);
      return;
    }
    const { outcome, failure } = await this.#send(delivery, open(key, delivery.request, requestPlace(sid)));
    const answered = outcome?.kind === 'answered' ? outcome : null;
    const again = failure === null || answered?.status === GONE ? null : retryDelay(tries, Math.random());
    const attempt: FinishedAttempt = {
      partition,
      sid,
      number,
      claimId,
      url: readCallTarget(url).url,
      urlDigest: createHash('sha256').update(url).digest(),
      status: answered?.status ?? null,
      failure,
      contentType: answered?.contentType?.slice(0, 255) ?? null,
      answer: answered === null ? null : sealAnswer(answered.body, key, sid, number),
      again,
    };
    const disabled = await finishAttempt(this.database.subscriptions, attempt, {
      longestPause: LONGEST_PAUSE_SECONDS,
      disableAfter: this.disableAfter,
    });
    this.#alert(serviceSid, delivery, failure, tries === 1 || again === null, disabled);
  }

  async #send({ account_sid: accountSid, event_id, url }: ClaimedDelivery, request: string): Promise<Sent> {
    // Written by ourselves.
    const form = JSON.parse(request) as CallbackForm;
    try {
      const outcome = await this.callbacks.inform({ accountSid, url, form, idempotencyToken: event_id });
      return { outcome, failure: callbackFailure(outcome) };
    } catch (error) {
      // It could not even be signed. By its name alone: it is shown to people.
      return { outcome: null, failure: nameError(error) };
    }
  }

  #alert(
    serviceSid: string,
    delivery: ClaimedDelivery,
    failure: string | null,
    isNews: boolean,
    disabled: string | null,
  ): void {
    const { account_sid: accountSid, session_sid: sessionSid, interaction_sid: interactionSid } = delivery;
    if (failure !== null && isNews) {
      this.alerts.raise(80908, { accountSid, serviceSid, sessionSid, interactionSid, why: failure });
    }
    if (disabled !== null) {
      this.alerts.raise(80908, { accountSid, serviceSid, why: `the endpoint is disabled: ${disabled}` });
    }
  }
}

/** Whatever it is, it is shown as text; PostgreSQL never sees it. */
function sealAnswer(body: Uint8Array, key: KeyObject, sid: string, number: number): Buffer | null {
  return body.length === 0 ? null : seal(key, new TextDecoder().decode(body), answerPlace(sid, number));
}
