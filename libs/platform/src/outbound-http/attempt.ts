import type { Dispatcher } from 'undici';
import { failureOf, type CallFailure, type CallOutcome } from './call-outcome.js';
import type { CallLimits } from './call-target.js';

/** A longer answer is cut off and counts as none. */
export const MAX_ANSWER_BYTES = 65_536;

/** How much of an answer is kept that plays no part, and how long it is waited for once the status is there. */
export const EXCERPT_BYTES = 4_096;
const EXCERPT_MS = 1_000;

/** What of an answer is wanted: all of it, its status alone, or the status and what follows at once. */
export type Reads = 'status' | 'excerpt' | 'body';

const NO_BODY = new Uint8Array();

/** Why the connection was given up, for whoever looks at undici's own error. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Makes one request. Its promise never rejects, and never waits longer than the limits say. */
export function attempt(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: Pick<CallLimits, 'connect' | 'read' | 'total'>,
  reads: Reads,
): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const handler = new AttemptHandler(limits, reads, resolve);
    try {
      dispatcher.dispatch(request, handler);
    } catch (error) {
      handler.fail(failureOf(error));
    }
  });
}

/**
 * Keeps the time by itself: undici's timers are whole seconds apart, and it gives up a request that waits for its connection only
 * once the connection is there.
 */
class AttemptHandler implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | null = null;
  #isSettled = false;
  #answer: { readonly status: number; readonly contentType: string | null } | null = null;
  #bytes = 0;
  readonly #chunks: Buffer[] = [];
  readonly #total: NodeJS.Timeout;
  #pause: NodeJS.Timeout;
  #excerpt: NodeJS.Timeout | undefined;

  constructor(
    private readonly limits: Pick<CallLimits, 'read' | 'total' | 'connect'>,
    private readonly reads: Reads,
    private readonly resolve: (outcome: CallOutcome) => void,
  ) {
    this.#total = setTimeout(() => this.fail('total-timeout'), limits.total);
    // Includes DNS, TLS and, when all connections to the host are busy, the wait for one of them.
    this.#pause = setTimeout(() => this.fail('connect-timeout'), limits.connect);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) {
      controller.abort(new GivenUp());
      return;
    }
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.fail('read-timeout'), this.limits.read);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#pause.refresh();
    if (status < 200) return;
    const contentType = headers['content-type'];
    this.#answer = {
      status,
      contentType: (Array.isArray(contentType) ? contentType[0] : contentType) ?? null,
    };
    // What follows is still read, in bounds, so that the connection can be used again.
    if (this.reads === 'status') this.#settle({ kind: 'answered', ...this.#answer, body: NO_BODY });
    if (this.reads === 'excerpt') this.#excerpt = setTimeout(() => this.#settleExcerpt(), EXCERPT_MS);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#pause.refresh();
    this.#bytes += chunk.length;
    if (this.reads !== 'status' && !this.#isSettled) this.#chunks.push(chunk);
    if (this.reads === 'excerpt' && this.#bytes >= EXCERPT_BYTES) this.#settleExcerpt();
    if (this.#bytes > MAX_ANSWER_BYTES) this.fail('too-large');
  }

  onResponseEnd(): void {
    this.#stopTimers();
    if (this.#answer === null) this.fail('invalid-answer');
    else if (this.reads === 'excerpt') this.#settleExcerpt();
    else this.#settle({ kind: 'answered', ...this.#answer, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#stopTimers();
    this.#settleExcerpt();
    this.#settle({ kind: 'failed', reason: failureOf(error) });
  }

  fail(reason: CallFailure): void {
    this.#stopTimers();
    this.#settleExcerpt();
    this.#settle({ kind: 'failed', reason });
    this.#controller?.abort(new GivenUp());
  }

  /** With the status there, whatever becomes of the rest is no failure. */
  #settleExcerpt(): void {
    clearTimeout(this.#excerpt);
    if (this.reads !== 'excerpt' || this.#answer === null) return;
    const body = Buffer.concat(this.#chunks).subarray(0, EXCERPT_BYTES);
    this.#settle({ kind: 'answered', ...this.#answer, body });
  }

  #settle(outcome: CallOutcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.resolve(outcome);
  }

  #stopTimers(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#pause);
  }
}
