import { z } from 'zod';
import { parameterInvalid, type ServiceSettings } from '#domain';
import { callbackUrl, choice, given, seconds, sid, uniqueName } from './fields.js';

export const GEO_MATCH_LEVELS = ['area-code', 'extended-area-code', 'overlay', 'radius', 'country'] as const;
export const NUMBER_SELECTION_BEHAVIORS = ['avoid-sticky', 'prefer-sticky'] as const;

const settings = {
  DefaultTtl: seconds('Seconds given to each new session that names no Ttl; 0 is no limit.').optional(),
  CallbackUrl: callbackUrl('Called on every interaction.').optional(),
  InterceptCallbackUrl: callbackUrl('Asked before an interaction is passed on; may veto it.').optional(),
  OutOfSessionCallbackUrl: callbackUrl('Asked about calls and messages outside of a session.').optional(),
  GeoMatchLevel: choice(GEO_MATCH_LEVELS, 'How near a proxy number must be to the participant.').optional(),
  NumberSelectionBehavior: choice(
    NUMBER_SELECTION_BEHAVIORS,
    'Whether a participant should meet the same proxy number again.',
  ).optional(),
  ChatInstanceSid: sid('IS', 'Kept and shown, without effect.').optional(),
};

const name = uniqueName('KS', 'Unique in the account; free again once the service is deleted.');

export const createServiceForm = z
  .object({
    ...settings,
    UniqueName: name.transform((value, context) => {
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: 'It is required.' });
      return z.NEVER;
    }),
  })
  .transform((form): ServiceSettings => ({
    uniqueName: form.UniqueName,
    defaultTtl: form.DefaultTtl ?? 0,
    callbackUrl: form.CallbackUrl ?? null,
    interceptCallbackUrl: form.InterceptCallbackUrl ?? null,
    outOfSessionCallbackUrl: form.OutOfSessionCallbackUrl ?? null,
    geoMatchLevel: form.GeoMatchLevel ?? 'country',
    numberSelectionBehavior: form.NumberSelectionBehavior ?? 'prefer-sticky',
    chatInstanceSid: form.ChatInstanceSid ?? null,
  }));

/** Only what is sent changes; an empty URL clears it, any other empty value is as if it had not been sent. */
export const updateServiceForm = z
  .object({ ...settings, UniqueName: name.optional() })
  .transform((form): Partial<ServiceSettings> =>
    given({
      uniqueName: form.UniqueName,
      defaultTtl: form.DefaultTtl,
      callbackUrl: form.CallbackUrl,
      interceptCallbackUrl: form.InterceptCallbackUrl,
      outOfSessionCallbackUrl: form.OutOfSessionCallbackUrl,
      geoMatchLevel: form.GeoMatchLevel,
      numberSelectionBehavior: form.NumberSelectionBehavior,
      chatInstanceSid: form.ChatInstanceSid,
    }),
  );

/** A callback that points back at this API would call itself for ever. */
export function refuseOwnUrls(wish: Partial<ServiceSettings>, baseUrl: string): void {
  const own = new URL(baseUrl).host;
  refuseCallbacks(wish, 'It points to this API.', (url) => new URL(url).host === own);
}

/** As far as can be told without DNS: what a name stands for is judged when it is called. */
export function refuseUnreachableUrls(
  wish: Partial<ServiceSettings>,
  mayCall: (url: string) => boolean,
): void {
  refuseCallbacks(wish, 'It points to an address that is not called from here.', (url) => !mayCall(url));
}

function refuseCallbacks(
  wish: Partial<ServiceSettings>,
  why: string,
  isRefused: (url: string) => boolean,
): void {
  const callbacks = {
    CallbackUrl: wish.callbackUrl,
    InterceptCallbackUrl: wish.interceptCallbackUrl,
    OutOfSessionCallbackUrl: wish.outOfSessionCallbackUrl,
  };
  for (const [parameter, url] of Object.entries(callbacks)) {
    if (url != null && isRefused(url)) throw parameterInvalid(parameter, why);
  }
}
