import type pg from 'pg';
import type { ParkedStreams, Suspect } from '../dead-letters/parked-streams.js';
import type { RecordedEvent } from '../recorded-event.js';
import { callHandler, HandlerFailed } from './handler-failed.js';
import type { HeldLease } from './held-lease.js';
import type { SubscriptionOptions } from './subscription-options.js';

/** Hands events to the handler of a subscription, within the transaction of the checkpoint or before it. */
export class Effects {
  constructor(
    private readonly pool: pg.Pool,
    private readonly options: SubscriptionOptions,
    private readonly parked: ParkedStreams,
  ) {}

  /** Handles the events and writes the checkpoint down; with it, the streams of the suspects are parked. */
  async take(
    events: readonly RecordedEvent[],
    until: number,
    lease: HeldLease,
    suspects: readonly Suspect[],
    signal: AbortSignal,
  ): Promise<void> {
    const { options, parked } = this;
    if (options.effects === 'sql') {
      await this.inTransaction(async (tx) => {
        // First, for its row lock keeps a takeover waiting until the effects are in or out.
        await lease.checkpoint(tx, until);
        await parked.park(tx, suspects);
        if (events.length > 0) await callHandler(() => options.handle(events, tx));
      });
      return;
    }
    if (events.length > 0) await lease.keepDuring((either) => options.handle(events, either), signal);
    if (suspects.length === 0) {
      await lease.checkpoint(this.pool, until);
      return;
    }
    await this.inTransaction(async (tx) => {
      await lease.checkpoint(tx, until);
      await parked.park(tx, suspects);
    });
  }

  /** Handles the next event of a parked stream, which the checkpoint has passed already; `id` is its letter. */
  async takeParked(event: RecordedEvent, id: number, lease: HeldLease, signal: AbortSignal): Promise<void> {
    const { options, parked } = this;
    if (options.effects === 'sql') {
      await this.inTransaction(async (tx) => {
        await lease.checkpoint(tx, lease.position);
        await callHandler(() => options.handle([event], tx));
        await parked.passed(tx, id, event.version + 1);
      });
      return;
    }
    await lease.keepDuring((either) => options.handle([event], either), signal);
    await parked.passed(this.pool, id, event.version + 1);
  }

  async inTransaction(work: (tx: pg.PoolClient) => Promise<void>): Promise<void> {
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
}
