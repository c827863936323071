import { z } from 'zod';
import { sid } from './sid.js';

const settings = {
  uniqueName: z.string(),
  defaultTtl: z.int(),
  callbackUrl: z.string().nullable(),
  interceptCallbackUrl: z.string().nullable(),
  outOfSessionCallbackUrl: z.string().nullable(),
  geoMatchLevel: z.enum(['area-code', 'extended-area-code', 'overlay', 'radius', 'country']),
  numberSelectionBehavior: z.enum(['avoid-sticky', 'prefer-sticky']),
  chatInstanceSid: z.string().nullable(),
};

const number = z.object({
  accountSid: sid('AC'),
  serviceSid: sid('KS'),
  number: z.string(),
  friendlyName: z.string(),
  isoCountry: z.string(),
  capabilities: z.object({ voice: z.boolean(), sms: z.boolean(), mms: z.boolean(), fax: z.boolean() }),
  isReserved: z.boolean(),
});
const isReserved = z.object({ isReserved: z.boolean() });
const nothing = z.object({});

/** The data of the events of services and of the numbers in their pools, by type. */
export const serviceEvents = {
  ServiceCreated: z.object({ accountSid: sid('AC'), ...settings }).describe('A service was created.'),
  ServiceUpdated: z
    .object(settings)
    .partial()
    .describe('Settings of a service changed; the others are left out.'),
  StopWordsChanged: z
    .object({ respected: z.boolean().nullable() })
    .describe(
      'Opt-out words are kept from the partner, or no longer; null for what the setting of the installation says.',
    ),
  ServiceDeleted: nothing.describe(
    'A service is gone; the sessions below it are deleted after it, one by one.',
  ),
  PhoneNumberAdded: number.describe('A number came into the pool of a service.'),
  PhoneNumberUpdated: isReserved.describe('A number of a pool was reserved, or is no longer.'),
  PhoneNumberRemoved: nothing.describe('A number left the pool.'),
  ShortCodeAdded: number.describe('A short code came into the pool of a service.'),
  ShortCodeUpdated: isReserved.describe('A short code of a pool was reserved, or is no longer.'),
  ShortCodeRemoved: nothing.describe('A short code left the pool.'),
};
