import { z } from 'zod';
import type { ServiceRow } from '#read-model';
import { wireDate } from './date-time.js';
import { pageSchema } from './page.js';
import { answer, anyUrl, dateOf, seconds, ownUrl, sidOf } from './resource-schema.js';
import { GEO_MATCH_LEVELS, NUMBER_SELECTION_BEHAVIORS } from './service-form.js';

export const serviceSchema = answer('Service', {
  sid: sidOf('KS'),
  account_sid: sidOf('AC'),
  chat_instance_sid: sidOf('IS').nullable(),
  unique_name: z.string(),
  default_ttl: seconds,
  callback_url: anyUrl.nullable(),
  geo_match_level: z.enum(GEO_MATCH_LEVELS),
  number_selection_behavior: z.enum(NUMBER_SELECTION_BEHAVIORS),
  intercept_callback_url: anyUrl.nullable(),
  out_of_session_callback_url: anyUrl.nullable(),
  date_created: dateOf('When it was created.'),
  date_updated: dateOf('When it was changed last.'),
  url: ownUrl,
  links: z
    .object({ sessions: ownUrl, phone_numbers: ownUrl, short_codes: ownUrl })
    .meta({ additionalProperties: true }),
});

export const servicePageSchema = pageSchema('ListServiceResponse', 'services', serviceSchema);

/** A service as Twilio shows it (contract §2.5), with the link to short codes that older SDKs know. */
export function serviceResource(row: ServiceRow, baseUrl: string): z.infer<typeof serviceSchema> {
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
    links: {
      sessions: `${url}/Sessions`,
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
    },
  };
}
