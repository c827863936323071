import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { ExpireSession, systemContext, type ExpireSessionHandler } from '#application';
import { DomainError } from '#domain';
import type { Queryable } from '#event-store';
import { nameError } from '#platform';
import {
  abandonTimerSlices,
  readDueTimers,
  releaseTimerSlices,
  renewTimerSlices,
  settleTimers,
  takeTimerSlices,
  wantTimerSlices,
  type DueTimer,
} from '#read-model';
import type { BucketTimers } from './bucket-timers.js';

/** What woke the drain: a timer in the queue, or the sweeper that stands behind them all. */
export type DrainCause = 'bucket' | 'sweeper';

export interface ExpiryObserver {
  /** A session was ended so many seconds after its deadline. */
  expired(cause: DrainCause, lateSeconds: number): void;
}

const pageSize = 500;
/** Half of the slices: so a second worker finds something to do while the first works on a heap. */
const slicesAtOnce = 8;

/** Expires everything that is due. Any number of drains may run at once: they share the work by slices, and doing it twice is harmless. */
export class ExpiryDrain {
  private readonly logger = new Logger(ExpiryDrain.name);
  readonly #running: number[] = [];

  constructor(
    private readonly db: Queryable,
    /** Called by itself: the command bus would look for it for each of ten thousand sessions. */
    private readonly expireSession: Pick<ExpireSessionHandler, 'execute'>,
    private readonly timers: BucketTimers,
    private readonly observer: ExpiryObserver,
  ) {}

  /** Whether this process is at it: what is still due there is not forgotten. */
  isRunning(partition: number): boolean {
    return this.#running.includes(partition);
  }

  /** Returns when all that was due at the call is expired, or is in the hands of another drain that looks once more. */
  async run(partition: number, cause: DrainCause): Promise<number> {
    this.#running.push(partition);
    try {
      return await this.#run(partition, cause);
    } finally {
      this.#running.splice(this.#running.indexOf(partition), 1);
    }
  }

  async #run(partition: number, cause: DrainCause): Promise<number> {
    const owner = randomUUID();
    const done: number[] = [];
    let expired = 0;
    await wantTimerSlices(this.db, partition);
    try {
      for (;;) {
        let taken = await takeTimerSlices(this.db, partition, owner, slicesAtOnce, done);
        if (taken === null) return expired;
        done.push(...taken);
        while (taken !== null) {
          expired += await this.#drain(partition, owner, taken, cause);
          taken = await releaseTimerSlices(this.db, partition, owner);
        }
      }
    } catch (error) {
      await abandonTimerSlices(this.db, partition, owner).catch(() => undefined);
      throw error;
    }
  }

  /** Passes once over what is due, by time; what cannot be expired is passed by. */
  async #drain(
    partition: number,
    owner: string,
    slices: readonly number[],
    cause: DrainCause,
  ): Promise<number> {
    const failures: unknown[] = [];
    const read = (after: DueTimer | null) =>
      readDueTimers(this.db, { partition, slices, after, limit: pageSize });
    let expired = 0;
    // Two pages at a time: while the last of one commit, the first of the next are loaded.
    let before = Promise.resolve(0);
    for (let page = await read(null); page.length > 0 && !failures.some(isOverload);) {
      const last = page.length < pageSize ? null : (page.at(-1) ?? null);
      const ending = this.#end(partition, page, cause, failures);
      const [next, ended] = await Promise.all([
        last === null ? [] : read(last),
        before,
        renewTimerSlices(this.db, partition, owner),
      ]);
      expired += ended;
      before = ending;
      page = next;
    }
    expired += await before;
    if (failures.length > 0) {
      this.logger.error(`${failures.length} sessions could not be expired, first: ${nameError(failures[0])}`);
    }
    if (failures.some(isOverload)) throw failures.find(isOverload);
    return expired;
  }

  /** Ends the sessions of a page; never rejects. */
  async #end(
    partition: number,
    page: readonly DueTimer[],
    cause: DrainCause,
    failures: unknown[],
  ): Promise<number> {
    const started = performance.now();
    let expired = 0;
    const expire = async ({ sid, accountSid, overdueBy }: DueTimer) => {
      const context = systemContext(accountSid, 'system:expiry', { correlationId: randomUUID() });
      if (!(await this.expireSession.execute(new ExpireSession(sid, context)))) return;
      expired++;
      this.observer.expired(cause, overdueBy + (performance.now() - started) / 1000);
    };
    const untimely = page.filter(({ isOverdue }) => !isOverdue);
    const works = page.filter(({ isOverdue }) => isOverdue).map(expire);
    if (untimely.length > 0) works.push(this.#settle(partition, untimely));
    for (const result of await Promise.allSettled(works)) {
      if (result.status === 'rejected' && !isServiceGone(result.reason)) failures.push(result.reason);
    }
    return expired;
  }

  async #settle(partition: number, untimely: readonly DueTimer[]): Promise<void> {
    const sids = untimely.map(({ sid }) => sid);
    await this.timers.arm(partition, await settleTimers(this.db, partition, sids));
  }
}

function isOverload(failure: unknown): boolean {
  return failure instanceof DomainError && failure.code === 'overloaded';
}

/** The service went meanwhile: the cascade deletes the session. */
function isServiceGone(failure: unknown): boolean {
  return failure instanceof DomainError && failure.code === 'service-not-found';
}
