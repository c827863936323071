import type { ServiceRow } from '#read-model';
import { wireDate } from './date-time.js';

/** A service as Twilio shows it (contract §2.5). `short_codes` joins the links when short codes exist. */
export function serviceResource(row: ServiceRow, baseUrl: string) {
  const url = `${baseUrl}/v1/Services/${row.sid}`;
  return {
    sid: row.sid,
    account_sid: row.account_sid,
    chat_instance_sid: row.chat_instance_sid,
    unique_name: row.unique_name,
    default_ttl: row.default_ttl,
    callback_url: row.callback_url,
    geo_match_level: row.geo_match_level,
    number_selection_behavior: row.number_selection_behavior,
    intercept_callback_url: row.intercept_callback_url,
    out_of_session_callback_url: row.out_of_session_callback_url,
    date_created: wireDate(row.date_created),
    date_updated: wireDate(row.date_updated),
    url,
    links: { sessions: `${url}/Sessions`, phone_numbers: `${url}/PhoneNumbers` },
  };
}
