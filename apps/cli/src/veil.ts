import { isErased, maskedIdentifier } from '#domain';

/** What of a session tells about people, as its events and rows spell it. */
const personal = new Set(['identifier', 'friendly_name', 'body', 'media_urls', 'duration', 'data', 'reason']);

/** As somebody sees it who asked what happened, not who they are: a number without its end, and of all else only that it was there. */
export function veil(field: string, value: unknown): unknown {
  if (!personal.has(field) || isEmpty(value) || isUnreadable(value)) return value;
  return field === 'identifier' && typeof value === 'string' ? maskedIdentifier(value) : 'hidden';
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Erased, or read without the key. */
function isUnreadable(value: unknown): boolean {
  return isErased(value) || (typeof value === 'object' && value !== null && 'sealed' in value);
}
