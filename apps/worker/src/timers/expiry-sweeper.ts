import type { Queryable } from '#event-store';
import { doubtExpiryHorizon, partitionsWithDueTimers } from '#read-model';
import { Loop } from '../loop.js';
import type { ExpiryDrain } from './expiry-drain.js';

const every = 1_000;

/** Seconds that timers in the queue are given first: a bucket fires up to 0.25 s after a deadline in it. */
const grace = 0.75;

/** Milliseconds between two times at which the timers are armed again because of what was rescued. */
const doubtEvery = 30_000;

/** Expires every second what no timer did: it alone bounds lateness when the queue, its jobs or a clock fail. */
export class ExpirySweeper {
  readonly #loop = new Loop(ExpirySweeper.name, every, (signal) => this.#turn(signal));
  #doubted = -Infinity;

  constructor(
    private readonly db: Queryable,
    private readonly drain: ExpiryDrain,
  ) {}

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    for (const partition of await partitionsWithDueTimers(this.db, grace)) {
      if (signal.aborted) return;
      if (this.drain.isRunning(partition)) continue;
      const rescued = await this.drain.run(partition, 'sweeper');
      if (rescued > 0) await this.#doubt(partition);
    }
  }

  /** A timer did not come. Others may be lost with it, as when a Redis was flushed. */
  async #doubt(partition: number): Promise<void> {
    if (performance.now() - this.#doubted < doubtEvery) return;
    this.#doubted = performance.now();
    await doubtExpiryHorizon(this.db, partition);
  }
}
