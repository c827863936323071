import type pg from 'pg';
import type { Decoding } from '#event-store';

/** A verification under way. */
export interface Verifying {
  readonly client: pg.ClientBase;
  readonly partitions: readonly number[];
  readonly decoding: Decoding;
  readonly signal: AbortSignal;
  /** So many events more have been looked at. */
  readonly onEvents: (events: number) => void;
  /** So many more of what the check compares: rows, streams or events. */
  readonly onCompared: (things: number) => void;
}
