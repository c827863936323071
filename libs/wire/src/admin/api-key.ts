import { z } from 'zod';
import type { ApiKeyRole } from '#domain';
import { wireDate } from '../date-time.js';
import { storable } from '../json-fields.js';
import { answer, dateOf, sidOf } from '../resource-schema.js';
import { body } from './parameters.js';

const ROLES = ['operator', 'read-only'] as const satisfies readonly ApiKeyRole[];
const MAX_NAME = 64;

export const apiKeyWish = body({
  FriendlyName: storable(
    z.string('It must be text.').max(MAX_NAME, `It is longer than ${MAX_NAME} characters.`),
  ).default(''),
  Role: z.enum(ROLES, { error: `It must be one of ${ROLES.join(', ')}.` }).default('operator'),
}).transform((form) => ({ friendlyName: form.FriendlyName, role: form.Role }));
export type ApiKeyWish = z.infer<typeof apiKeyWish>;

export const apiKeySchema = answer('ApiKey', {
  sid: sidOf('SK'),
  friendly_name: z.string(),
  role: z.enum(ROLES),
  date_created: dateOf('When it was made.'),
});

export const apiKeyListSchema = answer('ListApiKeyResponse', { keys: z.array(apiKeySchema) });

export const newApiKeySchema = answer('NewApiKey', {
  sid: sidOf('SK'),
  friendly_name: z.string(),
  role: z.enum(ROLES),
  secret: z.string().meta({ description: 'Shown this once.' }),
});

export function apiKeyResource(key: {
  readonly sid: string;
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly createdAt: string;
}): z.infer<typeof apiKeySchema> {
  return { sid: key.sid, friendly_name: key.name, role: key.role, date_created: wireDate(key.createdAt) };
}

export const authTokenSchema = answer('SecondaryAuthToken', {
  account_sid: sidOf('AC'),
  secondary_auth_token: z.string().meta({ description: 'Shown this once; accepted beside the primary one.' }),
});

export const promotedSchema = answer('PromotedAuthToken', { account_sid: sidOf('AC') });
