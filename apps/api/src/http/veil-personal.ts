import { isErased, maskedIdentifier } from '#domain';

/**
 * What a read-only key is shown in the place of what tells about a person: of an identifier what the error texts of Twilio show, and of
 * names, texts, media and durations nothing.
 */
export function veilPersonal(value: unknown, isIdentifier: boolean): unknown {
  if (isErased(value)) return value;
  return isIdentifier && typeof value === 'string' ? maskedIdentifier(value) : null;
}
