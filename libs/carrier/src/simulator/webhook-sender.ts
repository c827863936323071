import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Lanes, nameError } from '#platform';
import { formSignature } from '#wire';
import type { Pace } from './pace.js';

/** Twilio's limit for TwiML. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MOST_AT_ONCE = 64;

export type WebhookParameters = readonly (readonly [name: string, value: string])[];

/** One request to Maskline, as the carrier makes it. */
export interface WebhookRequest {
  readonly accountSid: string;
  readonly url: string;
  readonly params: WebhookParameters;
  /** The same for every attempt. */
  readonly key: string;
}

/** The body of a 2xx, or whether another attempt may help. */
type Outcome = { readonly body: string } | { readonly isPassing: boolean; readonly why: string };

/**
 * Signed requests to the URLs that numbers are connected to. One is tried twice when nobody answers or the answer is 5xx, with
 * the same idempotency token; any other answer is final, a redirect included.
 */
export class WebhookSender {
  private readonly logger = new Logger('Simulator');
  readonly #lanes = new Lanes(MOST_AT_ONCE);

  constructor(
    private readonly tokenOf: (accountSid: string) => string,
    private readonly pace: Pace,
    /** Cuts off what is under way. */
    private readonly signal: AbortSignal,
  ) {}

  /** The answer's body; null when the webhook failed. Throws when it was cut off. */
  async send(webhook: WebhookRequest): Promise<string | null> {
    return this.#lanes.take(async () => {
      let outcome = await this.#attempt(webhook);
      if ('isPassing' in outcome && outcome.isPassing && !this.signal.aborted) {
        await pause(this.pace.retryAfter, undefined, { signal: this.signal }).catch(() => undefined);
        outcome = await this.#attempt(webhook);
      }
      if ('body' in outcome) return outcome.body;
      // Nobody knows what would have been: another process takes over, and asks again.
      if (this.signal.aborted) throw new Error('the simulator stops');
      this.logger.warn(`a webhook was not taken: ${outcome.why}`);
      return null;
    });
  }

  async #attempt({ accountSid, url, params, key }: WebhookRequest): Promise<Outcome> {
    const target = new URL(url);
    target.hash = '';
    const limit = AbortSignal.timeout(this.pace.patience);
    try {
      const answer = await fetch(target, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
          'User-Agent': 'Maskline-Simulator',
          'X-Twilio-Signature': formSignature(this.tokenOf(accountSid), target.href, params),
          'I-Twilio-Idempotency-Token': key,
        },
        body: encode(params),
        redirect: 'manual',
        signal: AbortSignal.any([this.signal, limit]),
      });
      const body = await readBody(answer);
      if (!answer.ok) return { isPassing: answer.status >= 500, why: `status ${answer.status}` };
      return body === null ? { isPassing: false, why: 'the answer is too large' } : { body };
    } catch (error) {
      return { isPassing: true, why: limit.aborted ? 'no answer in time' : nameError(causeOf(error)) };
    }
  }
}

/** `fetch` wraps what went wrong. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

function encode(params: WebhookParameters): string {
  const form = new URLSearchParams();
  for (const [name, value] of params) form.append(name, value);
  return form.toString();
}

/** Null when it is larger than an answer may be; the rest is not read then. */
async function readBody(answer: Response): Promise<string | null> {
  if (answer.body === null) return '';
  // The type of its chunks is not declared.
  const body: AsyncIterable<Uint8Array> = answer.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
