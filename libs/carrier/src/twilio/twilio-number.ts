import type { CarrierNumber, NumberWebhooks } from '../carrier.js';
import { countryOf } from '../country-of.js';

// What Twilio's API says of numbers, as the rest of Maskline speaks of them.

/** Where a number of either kind points. */
export interface PointedNumber {
  readonly smsUrl: string;
  /** A short code cannot be called. */
  readonly voiceUrl?: string;
}

export function isShortCode(sid: string): boolean {
  return sid.startsWith('SC');
}

interface PhoneNumber {
  readonly sid: string;
  readonly phoneNumber: string;
  readonly friendlyName: string;
  /** Of fax, Twilio says nothing any more. */
  readonly capabilities: Partial<CarrierNumber['capabilities']>;
}

export function phoneNumberOf({ sid, phoneNumber, friendlyName, capabilities }: PhoneNumber): CarrierNumber {
  const { voice = false, sms = false, mms = false, fax = false } = capabilities;
  return {
    sid,
    phoneNumber,
    friendlyName,
    // Twilio does not name the country. Every number that it rents out has one.
    isoCountry: countryOf(phoneNumber) ?? '',
    capabilities: { voice, sms, mms, fax },
  };
}

/** Short codes are of North America, and Twilio says nothing of what they can do. */
export function shortCodeOf(code: { sid: string; shortCode: string; friendlyName: string }): CarrierNumber {
  return {
    sid: code.sid,
    phoneNumber: code.shortCode,
    friendlyName: code.friendlyName,
    isoCountry: 'US',
    capabilities: { voice: false, sms: true, mms: true, fax: false },
  };
}

/** A webhook of this very Maskline that does not name the account names another one. */
export function isOfAnotherAccount(
  { smsUrl, voiceUrl }: PointedNumber,
  accountSid: string,
  ours: NumberWebhooks,
): boolean {
  const { origin } = new URL(ours.message);
  return [smsUrl, voiceUrl].some(
    (url) => url != null && URL.canParse(url) && new URL(url).origin === origin && !url.includes(accountSid),
  );
}
