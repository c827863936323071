import { expiryReason } from '#domain';
import type { SessionRow } from '../tables.js';
import { endedSession } from './ended-session.js';

/** The session as it is at `now`: one whose deadline has passed is shown closed, even before the event is written. */
export function presentSession(row: SessionRow, now: string): SessionRow {
  if (row.expires_at === null || row.expires_at > now) return row;
  return endedSession(row, expiryReason({ dateExpiry: row.date_expiry }), row.expires_at);
}
