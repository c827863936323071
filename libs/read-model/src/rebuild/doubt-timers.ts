import type pg from 'pg';
import type { FoldedTable } from '../folded-table.js';
import { doubtExpiryHorizon } from '../timers/expiry-horizon.js';

/**
 * Has the timers of a partition armed again, with the rows that are made again: a row whose timer stood before its deadline
 * now has it on the deadline, and what was armed is only the earlier one.
 */
export async function doubtTimers(
  tx: pg.ClientBase,
  { derived }: FoldedTable,
  partition: number,
): Promise<void> {
  if ('timer_at' in derived) await doubtExpiryHorizon(tx, partition);
}
