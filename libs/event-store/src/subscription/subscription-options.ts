import type pg from 'pg';
import type { RecordedEvent } from '../recorded-event.js';

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
