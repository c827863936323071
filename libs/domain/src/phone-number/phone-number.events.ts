/** What a number can do, in both directions. */
export interface Capabilities {
  readonly voice: boolean;
  readonly sms: boolean;
  readonly mms: boolean;
  readonly fax: boolean;
}

/** A number of the account at its carrier, as it comes into the pool of a service. */
export interface NewPoolNumber {
  readonly accountSid: string;
  readonly serviceSid: string;
  /** E.164, or the digits of a short code. */
  readonly number: string;
  readonly friendlyName: string;
  /** ISO 3166, two letters. */
  readonly isoCountry: string;
  readonly capabilities: Capabilities;
  /** Never given to a participant by itself, only when a caller names it. */
  readonly isReserved: boolean;
}

interface Updated {
  readonly isReserved: boolean;
}

/** The number is in the pool of a service from here on. */
export interface PhoneNumberAdded {
  readonly type: 'PhoneNumberAdded';
  readonly data: NewPoolNumber;
}

export interface PhoneNumberUpdated {
  readonly type: 'PhoneNumberUpdated';
  readonly data: Updated;
}

/** Out of the pool; it may come back, to this service or another. */
export interface PhoneNumberRemoved {
  readonly type: 'PhoneNumberRemoved';
  readonly data: Record<string, never>;
}

export interface ShortCodeAdded {
  readonly type: 'ShortCodeAdded';
  readonly data: NewPoolNumber;
}

export interface ShortCodeUpdated {
  readonly type: 'ShortCodeUpdated';
  readonly data: Updated;
}

export interface ShortCodeRemoved {
  readonly type: 'ShortCodeRemoved';
  readonly data: Record<string, never>;
}

export type PhoneNumberEvent = PhoneNumberAdded | PhoneNumberUpdated | PhoneNumberRemoved;
export type ShortCodeEvent = ShortCodeAdded | ShortCodeUpdated | ShortCodeRemoved;
