import {
  readCallTarget,
  type CallOutcome,
  type Config,
  type OutboundCall,
  type OutboundHttp,
} from '#platform';
import { formSignature, readOutOfSessionAnswer, type CallbackForm, type OutOfSessionAnswer } from '#wire';
import type { Credentials } from '../account/credentials.js';

export interface Callback {
  readonly accountSid: string;
  readonly url: string;
  readonly form: CallbackForm;
  /** The same whenever this callback is sent again, also by another process, so that its receiver knows it by that. */
  readonly idempotencyToken: string;
}

/** `failure` is a word or two for an alert; there may be one although the interaction is allowed. */
export interface InterceptVerdict {
  readonly isAllowed: boolean;
  readonly failure: string | null;
}

/** While the intercept is asked, somebody holds a phone. */
const INTERCEPT_MS = 5_000;
/** The carrier waits 15 seconds for what comes of the answer. */
const OUT_OF_SESSION_MS = 12_000;

/** Calls the URLs of services, signed with the auth token of their account (contract §11). */
export class Callbacks {
  constructor(
    private readonly http: OutboundHttp,
    private readonly credentials: Pick<Credentials, 'authTokenOf'>,
    private readonly interceptFailure: Config['INTERCEPT_FAILURE'],
  ) {}

  /** Tells `CallbackUrl`. Whatever is answered plays no part, but another status than 2xx is a failure all the same. */
  inform(callback: Callback): Promise<CallOutcome> {
    return this.#call(callback, 'excerpt');
  }

  /** Asks `InterceptCallbackUrl`, which says no by a 403. What else than 2xx means is a setting, and so is silence. */
  async intercept(callback: Callback): Promise<InterceptVerdict> {
    const outcome = await this.#call(callback, 'status', INTERCEPT_MS);
    if (outcome.kind === 'answered' && outcome.status === 403) return { isAllowed: false, failure: null };
    const failure = callbackFailure(outcome);
    return { isAllowed: failure === null || this.interceptFailure === 'open', failure };
  }

  /** Asks `OutOfSessionCallbackUrl` what shall become of a call or message. */
  async askOutOfSession(callback: Callback): Promise<OutOfSessionAnswer> {
    const outcome = await this.#call(callback, 'body', OUT_OF_SESSION_MS);
    return outcome.kind === 'answered'
      ? readOutOfSessionAnswer(outcome)
      : { kind: 'failed', why: outcome.reason };
  }

  async #call(
    { accountSid, url, form, idempotencyToken }: Callback,
    reads: OutboundCall['reads'],
    mostMs?: number,
  ): Promise<CallOutcome> {
    const authToken = await this.credentials.authTokenOf(accountSid);
    if (authToken === null) throw new Error('an account without an auth token');
    const target = readCallTarget(url);
    return this.http.post({
      target,
      contentType: 'application/x-www-form-urlencoded; charset=utf-8',
      body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString(),
      headers: {
        'x-twilio-signature': formSignature(authToken, target.url, form),
        'i-twilio-idempotency-token': idempotencyToken,
      },
      reads,
      ...(mostMs !== undefined && { mostMs }),
    });
  }
}

/** Why a callback was no success; null when it was one. */
export function callbackFailure(outcome: CallOutcome): string | null {
  if (outcome.kind === 'failed') return outcome.reason;
  return outcome.status >= 200 && outcome.status <= 299 ? null : `status ${outcome.status}`;
}
