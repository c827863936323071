import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { RetireSession, type RetireSessionHandler } from '#application';
import { DomainError } from '#domain';
import type { Queryable } from '#event-store';
import { nameError } from '#platform';
import {
  endRetentionTurn,
  keepRetentionTurn,
  prepareRetention,
  readEndedSessions,
  takeRetentionTurn,
  type EndedSession,
} from '#read-model';
import { Loop } from '../loop.js';

/** Milliseconds between two looks at whose turn it is, and when. */
const every = 60_000;

/** Sessions that are deleted at once: enough to fill a flush, and too few to keep callers out of it. */
const pageSize = 64;

/** It works a fifth of the time: nothing is late, and callers come first. */
const restPerWork = 4;
const longestRest = 2_000;

/**
 * Deletes sessions that have been closed for so many days, as a caller would. What is on legal hold stays, and is due when the
 * hold is released.
 */
export class RetentionTimer {
  private readonly logger = new Logger(RetentionTimer.name);
  readonly #owner = randomUUID();
  readonly #loop = new Loop(RetentionTimer.name, every, (signal) => this.#look(signal));

  constructor(
    private readonly db: Queryable,
    private readonly partitions: number,
    /** Called by itself, as in the expiry drain. */
    private readonly retireSession: Pick<RetireSessionHandler, 'execute'>,
    private readonly days: number,
  ) {}

  async start(): Promise<void> {
    await prepareRetention(this.db);
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #look(signal: AbortSignal): Promise<void> {
    for (let partition = 0; partition < this.partitions && !signal.aborted; partition++) {
      const endedUntil = await takeRetentionTurn(this.db, partition, this.#owner, this.days);
      if (endedUntil === null) continue;
      let isFinished = false;
      try {
        isFinished = await this.#retireAll(partition, endedUntil, signal);
      } finally {
        await endRetentionTurn(this.db, partition, this.#owner, isFinished);
      }
    }
  }

  /** Passes once over what is due, the longest closed first; what cannot be deleted is passed by. */
  async #retireAll(partition: number, endedUntil: string, signal: AbortSignal): Promise<boolean> {
    for (let after: EndedSession | null = null; ;) {
      const started = performance.now();
      const page = await readEndedSessions(this.db, partition, endedUntil, after, pageSize);
      await this.#retire(page.filter(({ isHeld }) => !isHeld));
      after = page.at(-1) ?? null;
      if (page.length < pageSize) return true;
      const rest = Math.min((performance.now() - started) * restPerWork, longestRest);
      await pause(rest, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || !(await keepRetentionTurn(this.db, partition, this.#owner))) return false;
    }
  }

  async #retire(sessions: readonly EndedSession[]): Promise<void> {
    const works = sessions.map(({ accountSid, sid }) =>
      this.retireSession.execute(new RetireSession(accountSid, sid, this.days)),
    );
    const failures: unknown[] = (await Promise.allSettled(works)).flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    const overload = failures.find(isOverload);
    if (overload !== undefined) throw overload;
    if (failures.length > 0) {
      this.logger.error(`${failures.length} sessions could not be deleted, first: ${nameError(failures[0])}`);
    }
  }
}

/** Callers have enough to do; the rest comes in the next turn. */
function isOverload(failure: unknown): failure is DomainError {
  return failure instanceof DomainError && failure.code === 'overloaded';
}
