import { z } from 'zod';
import type { AlertFilter, AlertRow } from '#read-model';
import { wireDate } from '../date-time.js';
import { answer, dateOf, ownUrl, sidOf } from '../resource-schema.js';
import { adminPageSchema, adminRange, pageParameters, type AdminListQuery } from './admin-page.js';
import { count, time } from './parameters.js';

export const alertQuery = z
  .object({
    Code: count("Only those with this code of Twilio's.", 10_000, 99_999),
    DateCreatedFrom: time('Raised then or later.'),
    DateCreatedTo: time('Raised before.'),
    ...pageParameters,
  })
  .transform((query): AdminListQuery<AlertFilter> => ({
    filter: { code: query.Code, from: query.DateCreatedFrom, to: query.DateCreatedTo },
    range: adminRange(query),
  }));

export const alertSchema = answer('Alert', {
  sid: sidOf('NO'),
  account_sid: sidOf('AC'),
  service_sid: sidOf('KS').nullable(),
  session_sid: sidOf('KC').nullable(),
  interaction_sid: sidOf('KI').nullable(),
  code: z.int().meta({ description: "What Twilio's debugger would be told.", example: 80908 }),
  message: z.string().meta({ description: 'What the code says.' }),
  why: z.string().nullable().meta({ description: 'A word or two.', example: 'status 500' }),
  more_info: z.url(),
  date_created: dateOf('When it was raised.'),
  url: ownUrl,
});

export const alertPageSchema = adminPageSchema('ListAlertResponse', 'alerts', alertSchema);

/** `message` is that of the code. */
export function alertResource(row: AlertRow, message: string, baseUrl: string): z.infer<typeof alertSchema> {
  return {
    sid: row.sid,
    account_sid: row.account_sid,
    service_sid: row.service_sid,
    session_sid: row.session_sid,
    interaction_sid: row.interaction_sid,
    code: row.code,
    message,
    why: row.why,
    more_info: `https://www.twilio.com/docs/errors/${row.code}`,
    date_created: wireDate(row.date_created),
    url: `${baseUrl}/admin/v1/Alerts/${row.sid}`,
  };
}
