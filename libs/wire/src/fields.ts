import { z } from 'zod';
import { readSid, type SidPrefix } from '#domain';
import { readDateTime } from './date-time.js';
import { reading, type Refuse } from './form-refusal.js';

// The kinds of parameters. Each reads the text of a form value and describes itself for OpenAPI; an empty value
// (`Key=`) is "not given" or "clear", by kind (contract §9.2). Why a value is refused never repeats the value.

/** Seconds fit 32 bits in Twilio's API. */
export const MAX_TTL = 2_147_483_647;
export const MAX_URL_LENGTH = 4000;
export const MAX_UNIQUE_NAME_LENGTH = 191;

interface Description {
  readonly description: string;
  readonly [keyword: string]: unknown;
}

export function field<T>(description: Description, read: (text: string, refuse: Refuse) => T) {
  return z.string({ error: REQUIRED }).meta(description).transform(reading(read));
}

export const REQUIRED = 'It is required.';

/** Empty is not given. A name that looks like a SID of its own kind could never be fetched by name. */
export function uniqueName(prefix: SidPrefix, description: string) {
  return field({ description, maxLength: MAX_UNIQUE_NAME_LENGTH }, (text, refuse) => {
    if (text === '') return undefined;
    if (isLonger(text, MAX_UNIQUE_NAME_LENGTH)) return refuse(tooLong(MAX_UNIQUE_NAME_LENGTH));
    if (readSid(prefix, text) !== null) return refuse(`It looks like a ${prefix} SID.`);
    return text;
  });
}

/** Empty is not given. */
export function seconds(description: string) {
  const range = `It must be a whole number from 0 to ${MAX_TTL}.`;
  // Text like every value of a form, but OpenAPI's generators make a number of it only if it says so.
  const type = { type: 'integer', format: 'int32', minimum: 0, maximum: MAX_TTL, example: 3600 };
  return field({ description, ...type }, (text, refuse) => {
    if (text === '') return undefined;
    if (!/^[0-9]+$/.test(text) || Number(text) > MAX_TTL) return refuse(range);
    return Number(text);
  });
}

/** Empty clears. */
export function dateTime(description: string) {
  return field({ description, format: 'date-time' }, (text, refuse) => {
    if (text === '') return null;
    return readDateTime(text) ?? refuse('It must be an ISO 8601 date and time.');
  });
}

/** Read in any case; empty is not given. */
export function choice<const T extends string>(values: readonly T[], description: string) {
  return field({ description, enum: values }, (text, refuse) => {
    if (text === '') return undefined;
    const lower = text.toLowerCase();
    return values.find((value) => value === lower) ?? refuse(`It must be one of ${values.join(', ')}.`);
  });
}

/** Empty clears. Kept as it was sent. */
export function callbackUrl(description: string) {
  return field({ description, format: 'uri', maxLength: MAX_URL_LENGTH }, (text, refuse) => {
    if (text === '') return null;
    return readUrl(text, refuse);
  });
}

export function readUrl(text: string, refuse: Refuse): string {
  if (isLonger(text, MAX_URL_LENGTH)) return refuse(tooLong(MAX_URL_LENGTH));
  // The parser would drop white space and add missing slashes; what is stored must be what is called.
  if (!/^https?:\/\/[^/]/i.test(text) || /\s/.test(text) || !URL.canParse(text)) {
    return refuse('It must be an absolute http or https URL.');
  }
  return text;
}

/** Empty is not given. */
export function freeText(maxLength: number, description: string, more: { readonly format?: string } = {}) {
  return field({ description, maxLength, ...more }, (text, refuse) => {
    if (text === '') return undefined;
    return isLonger(text, maxLength) ? refuse(tooLong(maxLength)) : text;
  });
}

/** `True` is python's; 1 and 0 are our own addition. Empty is not given. */
export function flag(description: string) {
  return field({ description, type: 'boolean' }, (text, refuse) => {
    switch (text.toLowerCase()) {
      case '':
        return undefined;
      case 'true':
      case '1':
        return true;
      case 'false':
      case '0':
        return false;
      default:
        return refuse('It must be true or false.');
    }
  });
}

/** Existed from 2020 to 2022 and is what happens anyway: read and ignored. */
export const failOnParticipantConflict = z
  .string()
  .meta({ description: 'Without effect: a conflict always fails.', deprecated: true })
  .optional();

/** Empty clears. */
export function sid(prefix: SidPrefix, description: string) {
  return field({ description, pattern: `^${prefix}[0-9a-fA-F]{32}$` }, (text, refuse) => {
    if (text === '') return null;
    return readSid(prefix, text) ?? refuse(`It must be a ${prefix} SID.`);
  });
}

/** Drops what was not given, so that "left out" and "set to undefined" cannot be told apart later on. */
export function given<T extends object>(wish: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Only entries whose value is not undefined are kept, which is what the type says.
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function tooLong(max: number): string {
  return `It is longer than ${max} characters.`;
}

/** Lengths count characters, and an emoji is one; the first test spares the counting. */
function isLonger(text: string, max: number): boolean {
  return text.length > max && (text.length > 2 * max || [...text].length > max);
}
