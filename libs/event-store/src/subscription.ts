import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { nameError } from '#platform';
import {
  acquireLease,
  leaseSeconds,
  moveCheckpoint,
  noteFailure,
  releaseLease,
  renewLease,
  type Lease,
} from './lease.js';
import { readLog, type LogPage } from './read-log.js';
import type { RecordedEvent } from './recorded-event.js';
import type { Upcasters } from './upcasters.js';
import type { Wake } from './wake.js';

interface SubscriptionBase {
  readonly name: string;
  readonly partition: number;
  /** Null for every type. */
  readonly types: readonly string[] | null;
  readonly batchSize: number;
}

/** Effects in SQL: they commit together with the checkpoint, so each event takes effect exactly once. */
export interface SqlSubscription extends SubscriptionBase {
  readonly effects: 'sql';
  handle(events: readonly RecordedEvent[], tx: pg.PoolClient): Promise<void>;
}

/** Effects elsewhere: the checkpoint follows them, so an event may come again and must be known by its id. */
export interface OutsideSubscription extends SubscriptionBase {
  readonly effects: 'outside';
  /** `signal` aborts when the lease is lost or the process stops. */
  handle(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void>;
}

export type SubscriptionOptions = SqlSubscription | OutsideSubscription;

const pollEvery = 500;
const leaseEvery = 1000;
const shortestBackOff = 100;
const longestBackOff = 15_000;
/** Milliseconds after which a cursor that only passed events of other types is written down. */
const checkpointEvery = 1000;
/** Milliseconds after which a lease without any work is renewed. */
const renewEvery = (leaseSeconds * 1000) / 3;

/** Milliseconds between two looks at whether the lease may have ended. */
const watchEvery = 500;

class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Follows one partition of the log for one purpose: one active reader among all processes, taken over when it is gone. */
export class Subscription {
  private readonly logger: Logger;
  readonly #owner = randomUUID();
  readonly #stop = new AbortController();
  #lease: Lease | null = null;
  /** Looked at, though not written down yet when nothing there was of our types. */
  #cursor = 0;
  #checkpointed = 0;
  /** Since when the lease holds: when the database was last asked to renew it, and did. */
  #renewed = 0;
  #failures = 0;
  #running: Promise<void> | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly wake: Wake,
    private readonly options: SubscriptionOptions,
    private readonly upcasters: Upcasters,
  ) {
    this.logger = new Logger(`Subscription ${options.name}/${options.partition}`);
  }

  /** Whether this process is the active reader. */
  get isLeader(): boolean {
    return this.#lease !== null;
  }

  /** The subscription must be registered. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Lets what is under way end, writes it down and gives the lease away. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#step(signal);
        this.#failures = 0;
      } catch (error) {
        await this.#recover(error, signal);
      }
    }
    await this.#giveUp();
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { name, partition, types, batchSize } = this.options;
    if (this.#lease === null) {
      this.#renewed = performance.now();
      this.#lease = await acquireLease(this.pool, name, partition, this.#owner);
      if (this.#lease === null) {
        await pause(leaseEvery * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
        return;
      }
      this.#cursor = this.#lease.position;
    }
    const from = { partition, after: this.#cursor, types, limit: batchSize };
    const page = await readLog(this.pool, from, this.upcasters);
    // No work begins any more: it would only look for an abort that has been.
    if (signal.aborted) return;
    if (page.events.length > 0) await this.#handle(page, this.#lease, signal);
    else await this.#pass(page.until, this.#lease);
    if (!page.hasMore) await this.wake.next(partition, pollEvery, signal);
  }

  async #handle(page: LogPage, lease: Lease, signal: AbortSignal): Promise<void> {
    const { options } = this;
    if (options.effects === 'sql') await this.#inTransaction(options, page, lease);
    else {
      await this.#keepingLease(lease, signal, (either) => options.handle(page.events, either));
      await this.#checkpoint(this.pool, lease, page.until);
    }
    this.#advance(lease, page.until);
  }

  async #inTransaction(options: SqlSubscription, page: LogPage, lease: Lease): Promise<void> {
    const client = await this.pool.connect();
    let failure: Error | boolean = true;
    try {
      await client.query('begin');
      // First, for its row lock keeps a takeover waiting until the effects are in or out.
      await this.#checkpoint(client, lease, page.until);
      await options.handle(page.events, client);
      await client.query('commit');
      failure = false;
    } catch (error) {
      await client.query('rollback').then(
        () => (failure = false),
        () => (failure = true),
      );
      throw error;
    } finally {
      client.release(failure);
    }
  }

  /**
   * Renews the lease while the work goes on. The work is aborted when somebody else has it, and when nobody could be asked
   * for so long that somebody may: what happens then is no failure of the work.
   */
  async #keepingLease(
    lease: Lease,
    stop: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { name, partition } = this.options;
    const lost = new AbortController();
    const lose = () => lost.abort(new LeaseLost());
    const watch = setInterval(() => {
      if (performance.now() - this.#renewed > leaseSeconds * 1000 - watchEvery) lose();
    }, watchEvery);
    const heart = setInterval(() => {
      const asked = performance.now();
      renewLease(this.pool, name, partition, lease.epoch).then(
        (isHeld) => {
          if (isHeld) this.#renewed = asked;
          else lose();
        },
        () => undefined,
      );
    }, renewEvery);
    try {
      await work(AbortSignal.any([stop, lost.signal]));
    } catch (error) {
      throw lost.signal.aborted ? new LeaseLost() : error;
    } finally {
      clearInterval(heart);
      clearInterval(watch);
    }
  }

  async #checkpoint(db: pg.Pool | pg.PoolClient, lease: Lease, to: number): Promise<void> {
    const { name, partition } = this.options;
    const asked = performance.now();
    if (!(await moveCheckpoint(db, name, partition, lease, to))) throw new LeaseLost();
    this.#renewed = asked;
  }

  /** Nothing of our types up to here. Written down now and then, which also renews the lease. */
  async #pass(until: number, lease: Lease): Promise<void> {
    this.#cursor = until;
    const every = until === lease.position ? renewEvery : checkpointEvery;
    if (performance.now() - this.#checkpointed < every) return;
    await this.#checkpoint(this.pool, lease, until);
    this.#advance(lease, until);
  }

  #advance(lease: Lease, until: number): void {
    this.#cursor = until;
    this.#lease = { ...lease, position: until };
    this.#checkpointed = performance.now();
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    if (signal.aborted) {
      this.#lease = lease;
      return;
    }
    if (error instanceof LeaseLost) {
      this.logger.warn('another process took over');
      return;
    }
    this.#failures++;
    this.logger.error(`cannot go on, try ${this.#failures}: ${nameError(error)}`);
    const { name, partition } = this.options;
    if (lease !== null) {
      await noteFailure(this.pool, name, partition, lease.epoch, nameError(error)).catch(() => undefined);
    }
    const backOff = Math.min(shortestBackOff * 2 ** Math.min(this.#failures, 10), longestBackOff);
    await pause(backOff * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }

  async #giveUp(): Promise<void> {
    const { name, partition } = this.options;
    if (this.#lease === null) return;
    await releaseLease(this.pool, name, partition, this.#lease.epoch).catch(() => undefined);
    this.#lease = null;
  }
}
