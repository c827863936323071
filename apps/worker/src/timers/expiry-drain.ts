import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DomainError, sessionStream } from '#domain';
import type { EventContext, EventStore, Queryable } from '#event-store';
import {
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

  constructor(
    private readonly db: Queryable,
    private readonly events: Pick<EventStore, 'expire'>,
    private readonly timers: BucketTimers,
    private readonly observer: ExpiryObserver,
  ) {}

  /** Returns when all that was due at the call is expired, or is in the hands of another drain that looks once more. */
  async run(partition: number, cause: DrainCause): Promise<number> {
    const owner = randomUUID();
    const done: number[] = [];
    let expired = 0;
    await wantTimerSlices(this.db, partition);
    try {
      for (;;) {
        let taken = await takeTimerSlices(this.db, partition, owner, slicesAtOnce, done);
        if (taken === null) return expired;
        done.push(...taken.slices);
        while (taken !== null) {
          expired += await this.#drain(partition, owner, taken.slices, cause);
          taken = await releaseTimerSlices(this.db, partition, owner, taken.at);
        }
      }
    } catch (error) {
      await releaseTimerSlices(this.db, partition, owner, 'infinity').catch(() => undefined);
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
    let expired = 0;
    let page = await readDueTimers(this.db, { partition, slices, after: null, limit: pageSize });
    while (page.length > 0) {
      const last = page.length < pageSize ? null : (page.at(-1) ?? null);
      const [ended, next] = await Promise.all([
        this.#end(partition, page, cause),
        last === null ? [] : readDueTimers(this.db, { partition, slices, after: last, limit: pageSize }),
        renewTimerSlices(this.db, partition, owner),
      ]);
      expired += ended;
      page = next;
    }
    return expired;
  }

  async #end(partition: number, page: readonly DueTimer[], cause: DrainCause): Promise<number> {
    const started = performance.now();
    const untimely = page.filter(({ isOverdue }) => !isOverdue).map(({ sid }) => sid);
    if (untimely.length > 0) {
      await this.timers.arm(partition, await settleTimers(this.db, partition, untimely));
    }
    let expired = 0;
    let failed: unknown = null;
    await Promise.all(
      page.map(async ({ sid, accountSid, isOverdue, overdueBy }) => {
        if (!isOverdue) return;
        try {
          if (!(await this.events.expire(sessionStream, sid, expiryContext(accountSid)))) return;
          expired++;
          this.observer.expired(cause, overdueBy + (performance.now() - started) / 1000);
        } catch (error) {
          // The service went meanwhile: the cascade deletes the session.
          if (error instanceof DomainError && error.code === 'service-not-found') return;
          failed ??= error;
        }
      }),
    );
    if (failed instanceof DomainError && failed.code === 'overloaded') throw failed;
    if (failed !== null) this.logger.error(`some sessions could not be expired: ${nameOf(failed)}`);
    return expired;
  }
}

function expiryContext(accountSid: string): EventContext {
  return {
    accountSid,
    actor: 'system:expiry',
    requestId: null,
    correlationId: randomUUID(),
    causationId: null,
    traceParent: null,
    idempotency: null,
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'not an error';
}
