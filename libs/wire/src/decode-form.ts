import { isUtf8 } from 'node:buffer';
import { parameterInvalid } from '#domain';
import { RequestError } from './request-error.js';

/** Far above what any call of this API can use; a body past it is an attack or a mistake. */
export const MAX_PARAMETERS = 1000;

/** A form after decoding, keys as they were sent. */
export type Form = Readonly<Record<string, string | readonly string[]>>;

/** Parameters that are lists: all their values are kept in order. Of any other the last value wins. */
const LISTS: ReadonlySet<string> = new Set(['MediaUrl', 'Participants']);

/** Only such names are repeated in an error: anything else may be personal data that lost its key. */
const PARAMETER_NAME = /^[A-Za-z]{1,64}$/;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Reads a body of `application/x-www-form-urlencoded`; a space comes as `%20` (node) or as `+` (python, PHP). */
export function decodeForm(raw: Buffer | string): Form {
  if (typeof raw !== 'string' && !isUtf8(raw)) throw parameterInvalid('body', 'It is not UTF-8.');
  const pairs = raw.toString().split('&', MAX_PARAMETERS + 1);
  if (pairs.length > MAX_PARAMETERS) {
    throw new RequestError('bad-request', `More than ${MAX_PARAMETERS} parameters.`);
  }
  // Without a prototype: a parameter may be called `__proto__` or `constructor`.
  const form = Object.create(null) as Record<string, string | string[]>;
  for (const pair of pairs) {
    if (pair !== '') addPair(form, pair);
  }
  return form;
}

function addPair(form: Record<string, string | string[]>, pair: string): void {
  const equals = pair.indexOf('=');
  const key = decode(equals < 0 ? pair : pair.slice(0, equals), 'body');
  const value = equals < 0 ? '' : decode(pair.slice(equals + 1), key);
  if (!LISTS.has(key)) {
    form[key] = value;
    return;
  }
  const values = form[key];
  if (Array.isArray(values)) values.push(value);
  else form[key] = [value];
}

function decode(text: string, parameter: string): string {
  const decoded = percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
  const why =
    decoded === null
      ? 'It is not percent-encoded UTF-8.'
      : decoded.includes('\0')
        ? 'It contains a NUL character.'
        : LONE_SURROGATE.test(decoded)
          ? 'It contains half of a surrogate pair.'
          : null;
  if (decoded === null || why !== null) {
    throw parameterInvalid(PARAMETER_NAME.test(parameter) ? parameter : 'body', why ?? '');
  }
  return decoded;
}

function percentDecode(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
