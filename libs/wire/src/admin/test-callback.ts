import { z } from 'zod';
import { wireDate } from '../date-time.js';
import type { CallbackForm } from '../callbacks/interaction-callback.js';
import { answer, sidOf } from '../resource-schema.js';

/** A callback of no interaction. It names its service and says that it is a test, so that nobody takes it for one. */
export function testCallback(
  service: { readonly sid: string; readonly account_sid: string },
  now: string,
): CallbackForm {
  return [
    ['interactionServiceSid', service.sid],
    ['interactionAccountSid', service.account_sid],
    ['interactionDateCreated', wireDate(now)],
    ['interactionDateUpdated', wireDate(now)],
    ['isTest', 'true'],
  ];
}

export const testCallbackSchema = answer('TestCallback', {
  service_sid: sidOf('KS'),
  is_success: z.boolean(),
  status: z.int().nullable().meta({ description: 'What was answered; null when nothing was.' }),
  failure: z.string().nullable().meta({ description: 'Why it was no success.', example: 'connect-timeout' }),
  milliseconds: z.int(),
  idempotency_token: z.string(),
});

/** What a test call met. */
export function testCallbackResource(
  serviceSid: string,
  tested: {
    readonly status: number | null;
    readonly failure: string | null;
    readonly milliseconds: number;
    readonly idempotencyToken: string;
  },
): z.infer<typeof testCallbackSchema> {
  return {
    service_sid: serviceSid,
    is_success: tested.failure === null,
    status: tested.status,
    failure: tested.failure,
    milliseconds: tested.milliseconds,
    idempotency_token: tested.idempotencyToken,
  };
}
