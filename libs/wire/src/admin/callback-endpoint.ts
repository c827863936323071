import { z } from 'zod';
import type { EndpointRow, EndpointStatus, ServiceRow } from '#read-model';
import { wireDateOrNull } from '../date-time.js';
import { answer, anyUrl, dateOf, enumOrNull, sidOf } from '../resource-schema.js';
import { adminPageSchema, adminRange, pageParameters, type AdminListQuery } from './admin-page.js';
import { oneOf } from './parameters.js';

const STATUSES = ['healthy', 'failing', 'disabled'] as const satisfies readonly EndpointStatus[];
const REASONS = ['gone', 'failing'] as const satisfies readonly EndpointRow['disabled_because'][];

export const endpointQuery = z
  .object({ Status: oneOf(STATUSES, 'Only those that are so.'), ...pageParameters })
  .transform((query): AdminListQuery<EndpointStatus | null> => ({
    filter: query.Status,
    range: adminRange(query),
  }));

export const endpointSchema = answer('CallbackEndpoint', {
  service_sid: sidOf('KS'),
  account_sid: sidOf('AC'),
  callback_url: anyUrl.nullable(),
  status: z.enum(STATUSES).meta({ description: 'To a disabled one nothing is sent until it is enabled.' }),
  failures: z.int().meta({ description: 'Attempts that failed since the last one that did not.' }),
  failing_since: dateOf('When the first of them failed.').nullable(),
  disabled_at: dateOf('When it was disabled.').nullable(),
  disabled_because: enumOrNull(REASONS),
});

export const endpointPageSchema = adminPageSchema(
  'ListCallbackEndpointResponse',
  'callback_endpoints',
  endpointSchema,
);

/** Where a service is told what happens, and how that goes; null for one that was never told anything. */
export function endpointResource(
  service: Pick<ServiceRow, 'sid' | 'account_sid' | 'callback_url'>,
  health: EndpointRow | null,
): z.infer<typeof endpointSchema> {
  const { failures = 0, failing_since = null, disabled_at = null, disabled_because = null } = health ?? {};
  return {
    service_sid: service.sid,
    account_sid: service.account_sid,
    callback_url: service.callback_url,
    status: disabled_at !== null ? 'disabled' : failures > 0 ? 'failing' : 'healthy',
    failures,
    failing_since: wireDateOrNull(failing_since),
    disabled_at: wireDateOrNull(disabled_at),
    disabled_because,
  };
}
