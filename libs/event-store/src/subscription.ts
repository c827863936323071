import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { isPassing, nameError, sqlState } from '#platform';
import { ParkedStreams, type AskedLetter, type Suspect } from './dead-letters/parked-streams.js';
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
  /**
   * Asked with every lease and about every second: where to go on from, which is earlier than the checkpoint when effects were
   * lost out there.
   */
  whence?(checkpoint: number): Promise<number>;
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

/** Milliseconds between two looks at what people have asked for, and at whether effects were lost. */
const lookEvery = 1000;

/** After so many failures in a row it is looked which event is at fault. */
const patience = 3;
/** Milliseconds between the tries of a single event. */
const tryAgainAfter = 100;
/** Events that may fail in one pass before it is taken for an outage. */
const mostSuspects = 100;
/** With so many streams set aside it is not the events that are at fault, and the reader stands still. */
const mostParked = 1_000;
/** Events of a parked stream that are read at a time. */
const parkedPage = 100;

class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** What the handler threw, as told from what went wrong around it. */
class HandlerFailed extends Error {
  override readonly name = 'HandlerFailed';
}

/**
 * Follows one partition of the log for one purpose: one active reader among all processes, taken over when it is gone.
 *
 * An event that cannot be handled parks its stream, and the others go on. It is at fault when it fails again and again while
 * an event behind it succeeds: as long as nothing succeeds it is an outage, and parking would help nobody.
 */
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
  #looked = 0;
  readonly #parked: ParkedStreams;
  #running: Promise<void> | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly wake: Wake,
    private readonly options: SubscriptionOptions,
    private readonly upcasters: Upcasters,
  ) {
    this.logger = new Logger(`Subscription ${options.name}/${options.partition}`);
    this.#parked = new ParkedStreams(options);
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
      await this.#begin(this.#lease);
    }
    const lease = await this.#look(this.#lease, signal);
    const from = { partition, after: this.#cursor, types, limit: batchSize };
    const page = await readLog(this.pool, from, this.upcasters);
    // No work begins any more: it would only look for an abort that has been.
    if (signal.aborted) return;
    if (page.events.length > 0) await this.#handle(page, lease, signal);
    else await this.#pass(page.until, lease);
    if (!page.hasMore) await this.wake.next(partition, pollEvery, signal);
  }

  async #begin({ position }: Lease): Promise<void> {
    this.#cursor = position;
    this.#looked = 0;
    await this.#parked.load(this.pool);
  }

  async #handle(page: LogPage, lease: Lease, signal: AbortSignal): Promise<void> {
    const events = page.events.filter(({ streamId }) => !this.#parked.has(streamId));
    const isSuspicious = this.#failures >= patience && this.#parked.size < mostParked;
    const held = isSuspicious ? await this.#oneByOne(events, lease, signal) : lease;
    await this.#effect(isSuspicious ? [] : events, page.until, held, [], signal);
  }

  /** Handles what can be handled. Whatever fails is parked as soon as something behind it succeeds. */
  async #oneByOne(events: readonly RecordedEvent[], from: Lease, signal: AbortSignal): Promise<Lease> {
    let lease = from;
    let suspects: Suspect[] = [];
    let failure: HandlerFailed | null = null;
    for (const event of events) {
      const isBehind = suspects.some((suspect) => suspect.event.streamId === event.streamId);
      if (isBehind || this.#parked.has(event.streamId)) continue;
      const failed = await this.#try(event, lease, suspects, signal);
      if (failed === null) {
        lease = this.#lease ?? lease;
        suspects = [];
        failure = null;
        continue;
      }
      failure ??= failed;
      suspects.push({ event, error: nameError(failed.cause) });
      if (suspects.length + this.#parked.size > mostParked || suspects.length > mostSuspects) break;
    }
    if (failure !== null) throw failure;
    return lease;
  }

  async #try(
    event: RecordedEvent,
    lease: Lease,
    suspects: readonly Suspect[],
    signal: AbortSignal,
  ): Promise<HandlerFailed | null> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#effect([event], event.position, lease, suspects, signal);
        return null;
      } catch (error) {
        if (!(error instanceof HandlerFailed) || isOutage(error.cause) || signal.aborted) throw error;
        if (tries === patience) return error;
        await pause(tryAgainAfter, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Handles the events and moves the checkpoint; with it, the streams of the suspects are parked. */
  async #effect(
    events: readonly RecordedEvent[],
    until: number,
    lease: Lease,
    suspects: readonly Suspect[],
    signal: AbortSignal,
  ): Promise<void> {
    const { options } = this;
    if (options.effects === 'sql') {
      await this.#inTransaction(async (tx) => {
        // First, for its row lock keeps a takeover waiting until the effects are in or out.
        await this.#checkpoint(tx, lease, until);
        await this.#parked.park(tx, suspects);
        if (events.length > 0) await told(() => options.handle(events, tx));
      });
    } else {
      if (events.length > 0) {
        await this.#keepingLease(lease, signal, (either) => options.handle(events, either));
      }
      if (suspects.length === 0) await this.#checkpoint(this.pool, lease, until);
      else {
        await this.#inTransaction(async (tx) => {
          await this.#checkpoint(tx, lease, until);
          await this.#parked.park(tx, suspects);
        });
      }
    }
    this.#advance(lease, until);
    this.#parked.remember(suspects);
    if (suspects.length > 0) this.#looked = 0;
  }

  async #inTransaction(work: (tx: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    let failure: Error | boolean = true;
    try {
      await client.query('begin');
      await work(client);
      await client.query('commit');
      failure = false;
    } catch (error) {
      await client.query('rollback').then(
        () => (failure = false),
        () => (failure = true),
      );
      // Without its connection, whatever the handler says says nothing about the event.
      throw failure && error instanceof HandlerFailed ? error.cause : error;
    } finally {
      client.release(failure);
    }
  }

  /** Does what people have asked for, and goes back to where effects were lost. */
  async #look(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const now = performance.now();
    if (this.#looked > 0 && now - this.#looked < lookEvery) return lease;
    this.#looked = now;
    const { options } = this;
    if (options.effects === 'outside' && options.whence !== undefined) {
      const position = await options.whence(lease.position);
      if (position < lease.position) {
        this.logger.warn(`goes back from ${lease.position} to ${position}: what it did since then was lost`);
        await this.#checkpoint(this.pool, lease, position);
        this.#advance(lease, position);
      }
    }
    for (const letter of await this.#parked.asked(this.pool)) {
      if (signal.aborted) break;
      await this.#unpark(letter, this.#lease ?? lease, signal);
    }
    return this.#lease ?? lease;
  }

  /** Handles what a parked stream has waited with, in order, until it is done or fails again. */
  async #unpark(
    { id, streamId, version, wanted }: AskedLetter,
    lease: Lease,
    signal: AbortSignal,
  ): Promise<void> {
    const parked = this.#parked;
    let from = version;
    if (wanted === 'skip') {
      await this.#inTransaction(async (tx) => {
        await this.#checkpoint(tx, lease, lease.position);
        await parked.skip(tx, id);
      });
      from++;
    }
    for (let hasMore = true; hasMore;) {
      const range = { from, until: lease.position, types: this.options.types };
      const events = await parked.waiting(this.pool, streamId, range, parkedPage, this.upcasters);
      hasMore = events.length === parkedPage;
      for (const event of events) {
        if (signal.aborted) return;
        const failed = await this.#handleParked(event, id, lease, signal);
        if (failed !== null) {
          const error = nameError(failed.cause);
          this.logger.error(
            `${streamId} is parked at version ${event.version}: ${error}; see maskline dlq list`,
          );
          await parked.failed(this.pool, id, { event, error });
          return;
        }
        from = event.version + 1;
      }
    }
    await this.#inTransaction(async (tx) => {
      await this.#checkpoint(tx, lease, lease.position);
      await parked.release(tx, id);
    });
    parked.forget(streamId);
    this.logger.log(`${streamId} is not parked any more`);
  }

  async #handleParked(
    event: RecordedEvent,
    id: number,
    lease: Lease,
    signal: AbortSignal,
  ): Promise<HandlerFailed | null> {
    const { options } = this;
    try {
      if (options.effects === 'sql') {
        await this.#inTransaction(async (tx) => {
          await this.#checkpoint(tx, lease, lease.position);
          await told(() => options.handle([event], tx));
          await this.#parked.passed(tx, id, event.version + 1);
        });
      } else {
        await this.#keepingLease(lease, signal, (either) => options.handle([event], either));
        await this.#parked.passed(this.pool, id, event.version + 1);
      }
      return null;
    } catch (error) {
      if (!(error instanceof HandlerFailed) || isOutage(error.cause) || signal.aborted) throw error;
      return error;
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
      throw lost.signal.aborted ? new LeaseLost() : new HandlerFailed('the work failed', { cause: error });
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

  async #recover(thrown: unknown, signal: AbortSignal): Promise<void> {
    const error = thrown instanceof HandlerFailed ? thrown.cause : thrown;
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

/** The database says that it cannot do it now, whatever it is. */
function isOutage(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && isPassing(state);
}

async function told(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new HandlerFailed('the work failed', { cause: error });
  }
}
