import { latest } from '../latest.js';
import type { SessionRow } from '../tables.js';

/**
 * The row of a session that ended at this time. Its last update may be later, when a ttl was shortened until its end lay
 * in the past; `date_updated` never goes back.
 */
export function endedSession(
  row: SessionRow,
  reason: NonNullable<SessionRow['closed_reason']>,
  at: string,
): SessionRow {
  return {
    ...row,
    status: 'closed',
    closed_reason: reason,
    date_ended: latest(row.date_created, at),
    expires_at: null,
    date_updated: latest(row.date_updated, at),
  };
}
