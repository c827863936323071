import { z } from 'zod';
import type { CloseReason } from '#domain';
import type { SessionRow } from '#read-model';
import { wireDate, wireDateOrNull } from './date-time.js';
import { pageSchema } from './page.js';
import { answer, dateOf, enumOrNull, ownUrl, seconds, sidOf } from './resource-schema.js';
import { MODES } from './session-form.js';

const STATUSES = ['open', 'in-progress', 'closed'] as const satisfies readonly SessionRow['status'][];
const CLOSE_REASONS = ['api', 'ttl-expired', 'date-expiry'] as const satisfies readonly CloseReason[];

export const sessionSchema = answer('Session', {
  service_sid: sidOf('KS'),
  status: z.enum(STATUSES),
  unique_name: z.string().nullable(),
  date_started: dateOf('When it was in progress first.').nullable(),
  date_ended: dateOf('When it was closed.').nullable(),
  date_last_interaction: dateOf('When its last interaction came.').nullable(),
  date_expiry: dateOf('When it ends by itself; wins over ttl.').nullable(),
  ttl: seconds,
  mode: z.enum(MODES),
  closed_reason: enumOrNull(CLOSE_REASONS),
  sid: sidOf('KC'),
  date_updated: dateOf('When it was changed last.'),
  date_created: dateOf('When it was created.'),
  account_sid: sidOf('AC'),
  url: ownUrl,
  links: z.object({ interactions: ownUrl, participants: ownUrl }).meta({ additionalProperties: true }),
});

export const sessionPageSchema = pageSchema('ListSessionResponse', 'sessions', sessionSchema);

/** A session as Twilio shows it (contract §5.8). Every date key is there: twilio-node reads a missing one as "now". */
export function sessionResource(row: SessionRow, baseUrl: string): z.infer<typeof sessionSchema> {
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
