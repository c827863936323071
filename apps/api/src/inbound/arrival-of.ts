import type { Arrival } from '#application';
import { readSid, type InteractionType } from '#domain';
import { RequestError, type Form } from '#wire';
import { pairsOf } from './carrier.guard.js';
import type { WebhookAddress } from './webhook-place.js';

/** Media of one message, as many as a carrier takes. */
const MAX_MEDIA = 10;
const CARRIER_SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/** Reads what the carrier brings (contract §12b). */
export function arrivalOf(place: WebhookAddress, type: InteractionType, form: Form): Arrival {
  const resourceSid = textOf(form, type === 'message' ? 'MessageSid' : 'CallSid');
  if (!CARRIER_SID.test(resourceSid)) throw new RequestError('bad-request', 'The SID is missing.');
  const mediaUrls = Array.from({ length: MAX_MEDIA }, (_, n) => textOf(form, `MediaUrl${n}`)).filter(
    (url) => url !== '',
  );
  return {
    contact: { ...place, from: textOf(form, 'From').trim(), to: textOf(form, 'To').trim() },
    type,
    resourceSid,
    body: type === 'message' ? textOf(form, 'Body') : null,
    mediaUrls: mediaUrls.length === 0 ? null : mediaUrls,
    parameters: pairsOf(form),
  };
}

/** Empty when it is not there. */
export function textOf(form: Form, name: string): string {
  const value = form[name];
  return typeof value === 'string' ? value : '';
}

/** Of which interaction a report is, by the query of its address; null when it names none. */
export function interactionNamed(value: unknown): string | null {
  return typeof value === 'string' ? readSid('KI', value) : null;
}
