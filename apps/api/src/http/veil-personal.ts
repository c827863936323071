import { isErased, maskedIdentifier } from '#domain';

/**
 * What a read-only key is shown in the place of what tells about a person: of an identifier what the error texts of Twilio show, and of
 * names, texts, media and durations nothing.
 */
export function veilPersonal(value: unknown, isIdentifier: boolean): unknown {
  if (isErased(value)) return value;
  return isIdentifier && typeof value === 'string' ? maskedIdentifier(value) : null;
}

/** A callback URL without what its server may take for a login: user, query and fragment. */
export function veilUrl(url: string): string {
  if (!URL.canParse(url)) return '';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
