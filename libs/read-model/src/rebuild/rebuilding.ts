import type pg from 'pg';
import type { Decoding } from '#event-store';
import type { FoldedTable } from '../folded-table.js';

/** A rebuild under way. */
export interface Rebuilding {
  readonly table: FoldedTable;
  readonly decoding: Decoding;
  /** Holds the lock that lets one rebuild of a table run at a time, and writes. */
  readonly writer: pg.PoolClient;
  readonly reader: pg.PoolClient;
  readonly signal: AbortSignal;
}
