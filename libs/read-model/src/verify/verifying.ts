import type pg from 'pg';
import type { Upcasters } from '#event-store';

/** A verification under way. */
export interface Verifying {
  readonly client: pg.ClientBase;
  readonly partitions: readonly number[];
  readonly upcasters: Upcasters;
  readonly signal: AbortSignal;
  /** So many events more have been looked at. */
  readonly onEvents: (events: number) => void;
}
