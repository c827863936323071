import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { nameError } from '#platform';
import { findPoison, mostParked } from '../dead-letters/find-poison.js';
import { ParkedStreams, type Suspect } from '../dead-letters/parked-streams.js';
import { unpark } from '../dead-letters/unpark.js';
import { readLog, type LogPage } from '../read/read-log.js';
import type { RecordedEvent } from '../recorded-event.js';
import type { Upcasters } from '../upcasters.js';
import { Effects } from './effects.js';
import { HandlerFailed } from './handler-failed.js';
import { HeldLease, LeaseLost, renewEvery } from './held-lease.js';
import type { SubscriptionOptions } from './subscription-options.js';
import type { Wake } from './wake.js';

const pollEvery = 500;
const leaseEvery = 1000;
const shortestBackOff = 100;
const longestBackOff = 15_000;
/** Milliseconds after which a cursor that only passed events of other types is written down. */
const checkpointEvery = 1000;

/** Milliseconds between two looks at what people have asked for, and at whether effects were lost. */
const lookEvery = 1000;

/** After so many failures in a row it is looked which event is at fault. */
const patience = 3;

/**
 * Follows one partition of the log for one purpose: one active reader among all processes, taken over when it is gone.
 * An event that cannot be handled parks its stream, and the others go on.
 */
export class Subscription {
  private readonly logger: Logger;
  readonly #owner = randomUUID();
  readonly #stop = new AbortController();
  readonly #parked: ParkedStreams;
  readonly #effects: Effects;
  #lease: HeldLease | null = null;
  /** Looked at, though not written down yet when nothing there was of our types. */
  #cursor = 0;
  #checkpointed = 0;
  #failures = 0;
  #looked = 0;
  #running: Promise<void> | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly wake: Wake,
    private readonly options: SubscriptionOptions,
    private readonly upcasters: Upcasters,
  ) {
    this.logger = new Logger(`Subscription ${options.name}/${options.partition}`);
    this.#parked = new ParkedStreams(options);
    this.#effects = new Effects(pool, options, this.#parked);
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
    const { partition, types, batchSize } = this.options;
    if (this.#lease === null) {
      this.#lease = await HeldLease.acquire(this.pool, this.options, this.#owner);
      if (this.#lease === null) {
        await pause(leaseEvery * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
        return;
      }
      await this.#begin(this.#lease);
    }
    const lease = this.#lease;
    await this.#look(lease, signal);
    const from = { partition, after: this.#cursor, types, limit: batchSize };
    const page = await readLog(this.pool, from, this.upcasters);
    // No work begins any more: it would only look for an abort that has been.
    if (signal.aborted) return;
    if (page.events.length > 0) await this.#handle(page, lease, signal);
    else await this.#pass(page.until, lease);
    if (!page.hasMore) await this.wake.next(partition, pollEvery, signal);
  }

  async #begin({ position }: HeldLease): Promise<void> {
    this.#cursor = position;
    this.#looked = 0;
    await this.#parked.load(this.pool);
  }

  async #handle(page: LogPage, lease: HeldLease, signal: AbortSignal): Promise<void> {
    const events = page.events.filter(({ streamId }) => !this.#parked.has(streamId));
    if (this.#failures < patience || this.#parked.size >= mostParked) {
      await this.#effect(events, page.until, lease, [], signal);
      return;
    }
    const handle = (event: RecordedEvent, suspects: readonly Suspect[]) =>
      this.#effect([event], event.position, lease, suspects, signal);
    await findPoison(events, this.#parked, handle, signal);
    await this.#effect([], page.until, lease, [], signal);
  }

  /** Handles the events and moves the checkpoint; with it, the streams of the suspects are parked. */
  async #effect(
    events: readonly RecordedEvent[],
    until: number,
    lease: HeldLease,
    suspects: readonly Suspect[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#effects.take(events, until, lease, suspects, signal);
    this.#advance(lease, until);
    this.#parked.remember(suspects);
    if (suspects.length > 0) this.#looked = 0;
  }

  /** Does what people have asked for, and goes back to where effects were lost. */
  async #look(lease: HeldLease, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (this.#looked > 0 && now - this.#looked < lookEvery) return;
    this.#looked = now;
    const { options, pool, upcasters, logger } = this;
    if (options.effects === 'outside' && options.whence !== undefined) {
      const position = await options.whence(lease.position);
      if (position < lease.position) {
        logger.warn(`goes back from ${lease.position} to ${position}: what it did since then was lost`);
        await lease.checkpoint(pool, position);
        this.#advance(lease, position);
      }
    }
    const [parked, effects] = [this.#parked, this.#effects];
    for (const letter of await parked.asked(pool)) {
      if (signal.aborted) break;
      await unpark({ pool, types: options.types, parked, effects, upcasters, logger }, letter, lease, signal);
    }
  }

  /** Nothing of our types up to here. Written down now and then, which also renews the lease. */
  async #pass(until: number, lease: HeldLease): Promise<void> {
    this.#cursor = until;
    const every = until === lease.position ? renewEvery : checkpointEvery;
    if (performance.now() - this.#checkpointed < every) return;
    await lease.checkpoint(this.pool, until);
    this.#advance(lease, until);
  }

  #advance(lease: HeldLease, until: number): void {
    this.#cursor = until;
    lease.advance(until);
    this.#checkpointed = performance.now();
  }

  async #recover(thrown: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const error = thrown instanceof HandlerFailed ? thrown.cause : thrown;
    const lease = this.#lease;
    this.#lease = null;
    if (error instanceof LeaseLost) {
      this.logger.warn('another process took over');
      return;
    }
    this.#failures++;
    this.logger.error(`cannot go on, try ${this.#failures}: ${nameError(error)}`);
    await lease?.noteFailure(nameError(error)).catch(() => undefined);
    const backOff = Math.min(shortestBackOff * 2 ** Math.min(this.#failures, 10), longestBackOff);
    await pause(backOff * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }

  async #giveUp(): Promise<void> {
    await this.#lease?.release().catch(() => undefined);
    this.#lease = null;
  }
}
