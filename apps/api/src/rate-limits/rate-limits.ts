import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import type { Caller } from '#application';
import { Remembered } from '#platform';
import { RequestError } from '#wire';
import { WINDOW_SECONDS, type Turns } from './turns.js';

/** After a failure nobody is made to wait again for so many milliseconds. */
const PAUSE_MS = 1_000;
const MOST_REMEMBERED = 10_000;

/**
 * Twilio's limits (contract §9.9): so many requests a second on average over five seconds, for each endpoint of each service; what
 * is above all services, such as their list, for each account. They protect, so they fail open: without its store everything is let through,
 * and a metric says so.
 */
export class RateLimits {
  /** Until when a key need not be asked about: of who hammers on, the store hears once. */
  readonly #refused = new Remembered<number>(MOST_REMEMBERED);
  readonly #uncounted: Counter;
  readonly #most: number;
  #awayUntil = 0;

  constructor(
    private readonly turns: Turns,
    perSecond: number,
    metrics: Registry,
  ) {
    this.#most = perSecond * WINDOW_SECONDS;
    this.#uncounted = new Counter({
      name: 'maskline_rate_limit_uncounted_total',
      help: 'Requests that were let through because what counts them was away or slow.',
      registers: [metrics],
    });
  }

  async take(request: FastifyRequest, reply: FastifyReply, caller: Caller, route: string): Promise<void> {
    // Fastify hands over decoded path parameters by name.
    const { serviceSid = '' } = request.params as { readonly serviceSid?: string };
    const wait = await this.#wait(`${caller.accountSid} ${serviceSid} ${request.method} ${route}`);
    if (wait === 0) return;
    reply.header('Retry-After', Math.ceil(wait / 1000));
    throw new RequestError('rate-limited');
  }

  close(): Promise<void> {
    return this.turns.close();
  }

  async #wait(key: string): Promise<number> {
    const now = performance.now();
    const left = (this.#refused.get(key) ?? 0) - now;
    if (left > 0) return left;
    if (now < this.#awayUntil) return this.#letThrough();
    try {
      const wait = await within(this.turns.patience, this.turns.take(key, this.#most));
      if (wait > 0) this.#refused.set(key, performance.now() + wait);
      return wait;
    } catch {
      this.#awayUntil = performance.now() + PAUSE_MS;
      return this.#letThrough();
    }
  }

  #letThrough(): number {
    this.#uncounted.inc();
    return 0;
  }
}

/** An answer that has come in counts, also when this process was too busy to look at it in time: a busy one needs its limits most. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => {
      reject(new Error('too late'));
    };
    timer = setTimeout(() => setImmediate(tooLate), milliseconds);
  });
  // What comes after its time is nobody's any more, also when it is a failure.
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
