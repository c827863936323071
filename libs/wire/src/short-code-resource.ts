import { z } from 'zod';
import type { ShortCodeRow } from '#read-model';
import { capabilitiesResource, capabilitiesSchema } from './capabilities-resource.js';
import { wireDate } from './date-time.js';
import { pageSchema } from './page.js';
import { answer, dateOf, ownUrl, sidOf } from './resource-schema.js';

export const shortCodeSchema = answer('ShortCode', {
  sid: sidOf('SC'),
  account_sid: sidOf('AC'),
  service_sid: sidOf('KS'),
  date_created: dateOf('When it came into the pool.'),
  date_updated: dateOf('When it was changed last.'),
  short_code: z.string(),
  iso_country: z.string(),
  capabilities: capabilitiesSchema,
  url: ownUrl,
  is_reserved: z.boolean(),
});

export const shortCodePageSchema = pageSchema('ListShortCodeResponse', 'short_codes', shortCodeSchema);

/** A short code of a pool as Twilio showed it until 2025 (contract §4). */
export function shortCodeResource(row: ShortCodeRow, baseUrl: string): z.infer<typeof shortCodeSchema> {
  return {
    sid: row.sid,
    account_sid: row.account_sid,
    service_sid: row.service_sid,
    date_created: wireDate(row.date_created),
    date_updated: wireDate(row.date_updated),
    short_code: row.short_code,
    iso_country: row.iso_country,
    capabilities: capabilitiesResource(row.capabilities),
    url: `${baseUrl}/v1/Services/${row.service_sid}/ShortCodes/${row.sid}`,
    is_reserved: row.is_reserved,
  };
}
