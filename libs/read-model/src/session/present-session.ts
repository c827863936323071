import { expiryReason } from '#domain';
import type { SessionRow } from '../tables.js';

/** The session as it is at `now`: one whose deadline has passed is shown closed, even before the event is written. */
export function presentSession(row: SessionRow, now: string): SessionRow {
  if (row.expires_at === null || row.expires_at > now) return row;
  return {
    ...row,
    status: 'closed',
    closed_reason: expiryReason({ dateExpiry: row.date_expiry }),
    date_ended: row.expires_at,
    date_updated: row.expires_at,
    expires_at: null,
  };
}
