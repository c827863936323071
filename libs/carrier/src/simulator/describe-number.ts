import { createHash } from 'node:crypto';
import parsePhoneNumber from 'libphonenumber-js/max';
import type { CarrierNumber } from '../carrier.js';
import { countryOf } from '../country-of.js';
import { isMagic } from './magic-numbers.js';

const E164 = /^\+[1-9]\d{6,14}$/;
const SHORT_CODE = /^\d{5,6}$/;

export function isPhoneNumber(text: string): boolean {
  return E164.test(text);
}

/** Whatever can be texted. */
export function isReachable(text: string): boolean {
  return E164.test(text) || SHORT_CODE.test(text);
}

/**
 * The number as this account would have it, with a SID that is the same whenever and wherever it is asked for. Any number
 * that some country could give out will do, those for films and tests too; null for what is none.
 */
export function describeNumber(accountSid: string, phoneNumber: string): CarrierNumber | null {
  if (SHORT_CODE.test(phoneNumber)) {
    return {
      sid: sidOf('SC', accountSid, phoneNumber),
      phoneNumber,
      friendlyName: phoneNumber,
      isoCountry: 'US',
      capabilities: { voice: false, sms: true, mms: false, fax: false },
    };
  }
  if (!E164.test(phoneNumber) || isMagic(phoneNumber)) return null;
  const parsed = parsePhoneNumber(phoneNumber);
  const isoCountry = countryOf(phoneNumber);
  if (parsed?.isPossible() !== true || isoCountry === null) return null;
  return {
    sid: sidOf('PN', accountSid, phoneNumber),
    phoneNumber,
    friendlyName: parsed.formatNational(),
    isoCountry,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
  };
}

function sidOf(prefix: 'PN' | 'SC', accountSid: string, phoneNumber: string): string {
  const digest = createHash('sha256').update(`${accountSid} ${phoneNumber}`).digest('hex');
  return prefix + digest.slice(0, 32);
}
