import { z } from 'zod';
import type { PhoneNumberRow } from '#read-model';
import { capabilitiesResource, capabilitiesSchema } from './capabilities-resource.js';
import { wireDate } from './date-time.js';
import { pageSchema } from './page.js';
import { answer, dateOf, ownUrl, sidOf } from './resource-schema.js';

export const phoneNumberSchema = answer('PhoneNumber', {
  sid: sidOf('PN'),
  account_sid: sidOf('AC'),
  service_sid: sidOf('KS'),
  date_created: dateOf('When it came into the pool.'),
  date_updated: dateOf('When it was changed last.'),
  phone_number: z.string(),
  friendly_name: z.string(),
  iso_country: z.string(),
  capabilities: capabilitiesSchema,
  url: ownUrl,
  is_reserved: z.boolean(),
  in_use: z.int().min(0).meta({ description: 'How many active sessions use it.' }),
});

export const phoneNumberPageSchema = pageSchema(
  'ListPhoneNumberResponse',
  'phone_numbers',
  phoneNumberSchema,
);

/** A number of a pool as Twilio shows it (contract §3.6); how many sessions use it is counted elsewhere. */
export function phoneNumberResource(
  row: PhoneNumberRow,
  inUse: number,
  baseUrl: string,
): z.infer<typeof phoneNumberSchema> {
  return {
    sid: row.sid,
    account_sid: row.account_sid,
    service_sid: row.service_sid,
    date_created: wireDate(row.date_created),
    date_updated: wireDate(row.date_updated),
    phone_number: row.phone_number,
    friendly_name: row.friendly_name,
    iso_country: row.iso_country,
    capabilities: capabilitiesResource(row.capabilities),
    url: `${baseUrl}/v1/Services/${row.service_sid}/PhoneNumbers/${row.sid}`,
    is_reserved: row.is_reserved,
    in_use: inUse,
  };
}
