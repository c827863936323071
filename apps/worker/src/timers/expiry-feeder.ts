import { randomUUID } from 'node:crypto';
import type { Queryable } from '#event-store';
import {
  advanceExpiryHorizon,
  doubtExpiryHorizon,
  readTimersBetween,
  releaseExpiryHorizon,
  type AdvancedHorizon,
} from '#read-model';
import { Loop } from '../loop.js';
import { bucketMilliseconds } from './bucket.js';
import type { BucketTimers } from './bucket-timers.js';

const every = 1_000;

/** Milliseconds between two tries to arm everything again: the sweeper expires meanwhile. */
const tryAgainAfter = 5_000;

/**
 * Arms the deadlines of the near future, a stretch at a time, so that the queue holds timers for minutes, not for years.
 * One process does so for a partition; who takes over begins a new epoch, in which everything is armed again.
 */
export class ExpiryFeeder {
  readonly #owner = randomUUID();
  #restUntil = 0;
  readonly #loop = new Loop(ExpiryFeeder.name, every, (signal) => this.#turn(signal));

  constructor(
    private readonly db: Queryable,
    private readonly timers: BucketTimers,
    private readonly partitions: number,
    private readonly horizonSeconds: number,
  ) {}

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    for (let partition = 0; partition < this.partitions; partition++) {
      await releaseExpiryHorizon(this.db, partition, this.#owner).catch(() => undefined);
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (performance.now() < this.#restUntil) return;
    for (let partition = 0; partition < this.partitions && !signal.aborted; partition++) {
      await this.#feed(partition);
    }
  }

  async #feed(partition: number): Promise<void> {
    const { db, horizonSeconds } = this;
    const horizon = await advanceExpiryHorizon(
      db,
      partition,
      this.#owner,
      horizonSeconds,
      horizonSeconds / 2,
    );
    if (horizon?.until == null || horizon.until === horizon.armedUntil) return;
    try {
      await this.#arm(partition, horizon, horizon.until);
    } catch (error) {
      this.#restUntil = performance.now() + tryAgainAfter;
      // The horizon says that these are armed, and they are not.
      await doubtExpiryHorizon(db, partition);
      throw error;
    }
  }

  /** After the new horizon is committed: whoever adds a deadline before it either sees it or is seen here. */
  async #arm(partition: number, horizon: AdvancedHorizon, until: string): Promise<void> {
    const times = await readTimersBetween(this.db, partition, horizon.armedUntil, until, bucketMilliseconds);
    await this.timers.armWithin(horizon, partition, times);
  }
}
