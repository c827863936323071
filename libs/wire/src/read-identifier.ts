import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/max/metadata';
import { areaCodeOf, DomainError, type LocatedIdentifier } from '#domain';
import { readE164 } from './e164.js';

/**
 * How sure it must be that a phone number can be reached: `valid` in its country's numbering plan, of a `possible` length
 * there, or of the `format` of E.164 alone.
 */
export type IdentifierCheck = 'valid' | 'possible' | 'format';

/** The address of a channel, e.g. `messenger:4711`: whom it reaches is the channel's affair. */
const CHANNEL_ADDRESS = /^[a-z][a-z0-9+.-]*:\S+$/i;

/**
 * Reads whom a participant's identifier reaches: a phone number, spelled as carriers do, with where it is; or a channel
 * address as it was sent. Twilio refuses numbers that no plan has, so `valid` is what callers are used to. Twilio's test
 * numbers +1 500 555 xxxx, which our documentation and the simulator use, are valid: 500 is a code for personal numbers of
 * the US. The fictitious +1 555 … is not. (The full metadata tells the islands around Britain apart and is loaded in 35 ms,
 * no more than 5 ms later than the small one.)
 */
export function readIdentifier(text: string, check: IdentifierCheck): LocatedIdentifier {
  const number = readE164(text);
  if (number === null) {
    if (CHANNEL_ADDRESS.test(text)) return { identifier: text, isoCountry: null, areaCode: null };
    throw invalid();
  }
  const parsed = parsePhoneNumberFromString(number, metadata);
  const isValid = parsed?.isValid() === true;
  const isTaken = { valid: isValid, possible: parsed?.isPossible() === true, format: true };
  if (!isTaken[check]) throw invalid();
  // A trunk prefix that slipped in is dropped: the carrier will not report it.
  const identifier = isValid ? parsed.number : number;
  return { identifier, isoCountry: parsed?.country ?? null, areaCode: areaCodeOf(identifier) };
}

function invalid(): DomainError {
  return new DomainError('identifier-invalid', 'the identifier is no phone number that can be reached');
}
