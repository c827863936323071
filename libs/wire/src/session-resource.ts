import type { SessionRow } from '#read-model';
import { wireDate, wireDateOrNull } from './date-time.js';

/** A session as Twilio shows it (contract §5.8). Every date key is there: twilio-node reads a missing one as "now". */
export function sessionResource(row: SessionRow, baseUrl: string) {
  const url = `${baseUrl}/v1/Services/${row.service_sid}/Sessions/${row.sid}`;
  return {
    service_sid: row.service_sid,
    status: row.status,
    unique_name: row.unique_name,
    date_started: wireDateOrNull(row.date_started),
    date_ended: wireDateOrNull(row.date_ended),
    date_last_interaction: wireDateOrNull(row.date_last_interaction),
    date_expiry: wireDateOrNull(row.date_expiry),
    ttl: row.ttl,
    mode: row.mode,
    closed_reason: row.closed_reason,
    sid: row.sid,
    date_updated: wireDate(row.date_updated),
    date_created: wireDate(row.date_created),
    account_sid: row.account_sid,
    url,
    links: { interactions: `${url}/Interactions`, participants: `${url}/Participants` },
  };
}
