import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { nameError } from '#platform';

/** More at once is a flood, and each may be a minute of work. */
const MOST = 1000;

/** What this process has in hand of the network's work, so that it can be waited for. */
export class UnderWay {
  private readonly logger = new Logger('Simulator');
  readonly #work = new Set<Promise<void>>();
  readonly #hurry = new AbortController();
  readonly #cut = new AbortController();

  /** Aborts when nothing may take longer any more. */
  readonly signal: AbortSignal = this.#cut.signal;

  constructor() {
    // Everything under way may listen.
    setMaxListeners(0, this.#hurry.signal, this.#cut.signal);
  }

  get isFull(): boolean {
    return this.#work.size >= MOST;
  }

  get isStopping(): boolean {
    return this.#hurry.signal.aborted;
  }

  /** Nobody waits for the outcome. What fails here is taken over later, by this process or another. */
  start(work: () => Promise<void>): void {
    const done = work().catch((error: unknown) => {
      this.logger.warn(`something was left half done: ${nameError(error)}`);
    });
    this.#work.add(done);
    void done.finally(() => this.#work.delete(done));
  }

  /** Simulated time passes; at once when the process is about to end. */
  async pass(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
  }

  /** Waits for everything, but not longer than `farewell`: then what is under way is cut off. */
  async stop(farewell: number): Promise<void> {
    this.#hurry.abort();
    const limit = setTimeout(() => this.#cut.abort(), farewell);
    // What is done may have begun something else.
    while (this.#work.size > 0) await Promise.all(this.#work);
    clearTimeout(limit);
  }
}
