import { Logger } from '@nestjs/common';
import { nameError, readCallTarget, type CallTarget, type OutboundHttp } from '#platform';
import type { RaisedAlert } from '#read-model';
import { jsonSignature } from '#wire';
import type { Credentials } from '../account/credentials.js';
import { callbackFailure } from '../callbacks/callbacks.js';
import { alertMessage } from './alerts.js';

/** Alerts that wait for the URL; more are not sent, for they stand in the list anyway. */
const MOST_WAITING = 1_000;
const MOST_MS = 5_000;

/**
 * Tells a URL of the operator's, one alert after the other, each once: what it does not hear of is in the list all the same. Signed as our
 * other calls, by the auth token of the account that it is about.
 */
export class AlertPost {
  private readonly logger = new Logger(AlertPost.name);
  readonly #target: CallTarget;
  readonly #waiting: RaisedAlert[] = [];
  #sending: Promise<void> | null = null;
  #isStopped = false;
  #hasFailed = false;

  constructor(
    url: string,
    private readonly http: OutboundHttp,
    private readonly credentials: Pick<Credentials, 'authTokenOf'>,
  ) {
    this.#target = readCallTarget(url);
  }

  offer(alert: RaisedAlert): void {
    if (this.#isStopped || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(alert);
    this.#sending ??= this.#send();
  }

  /** Waits for the one under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (let alert = this.#next(); alert !== undefined; alert = this.#next()) {
      const failure = await this.#tell(alert).catch(nameError);
      if (failure !== null && !this.#hasFailed) this.logger.warn(`ALERT_URL cannot be told: ${failure}`);
      this.#hasFailed = failure !== null;
    }
    // At once, not when the promise is settled: whoever offers in between would wait for nobody.
    this.#sending = null;
  }

  #next(): RaisedAlert | undefined {
    return this.#isStopped ? undefined : this.#waiting.shift();
  }

  async #tell(alert: RaisedAlert): Promise<string | null> {
    const authToken = await this.credentials.authTokenOf(alert.accountSid);
    if (authToken === null) return 'the account has no auth token to sign with';
    const body = JSON.stringify(bodyOf(alert));
    const { url, signature } = jsonSignature(authToken, this.#target.url, body);
    const outcome = await this.http.post({
      target: { ...this.#target, url },
      contentType: 'application/json',
      body,
      headers: { 'x-twilio-signature': signature, 'i-twilio-idempotency-token': alert.sid },
      reads: 'status',
      mostMs: MOST_MS,
    });
    return callbackFailure(outcome);
  }
}

function bodyOf({ sid, accountSid, serviceSid, sessionSid, interactionSid, code, why }: RaisedAlert) {
  return {
    sid,
    account_sid: accountSid,
    service_sid: serviceSid,
    session_sid: sessionSid,
    interaction_sid: interactionSid,
    code,
    message: alertMessage(code),
    why,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
  };
}
