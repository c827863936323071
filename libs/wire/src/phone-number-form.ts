import { z } from 'zod';
import { readSid } from '#domain';
import { E164, readE164 } from './e164.js';
import { field, flag, given } from './fields.js';
import { reading } from './form-refusal.js';

const isReserved = flag('Reserved numbers are given to no participant by themselves.').optional();

/** The number of the account that shall join the pool, by one of its names. */
export interface PhoneNumberWish {
  readonly number: { readonly sid: string } | { readonly phoneNumber: string };
  readonly isReserved: boolean;
}

const phoneNumberSid = field(
  { description: 'The SID of a number of the account.', pattern: '^PN[0-9a-fA-F]{32}$' },
  (text, refuse) => {
    if (text === '') return undefined;
    return readSid('PN', text) ?? refuse('It must be a PN SID.', 'phone-number-sid-invalid');
  },
);

const phoneNumber = field(
  { description: 'Or the number itself, in E.164.', format: 'phone-number', pattern: E164.source },
  (text, refuse) => {
    if (text === '') return undefined;
    return readE164(text) ?? refuse('It must be a phone number in E.164.', 'phone-number-invalid');
  },
);

/** When both names are given, both must be right and the SID is what counts. */
export const createPhoneNumberForm = z
  .object({ Sid: phoneNumberSid.optional(), PhoneNumber: phoneNumber.optional(), IsReserved: isReserved })
  .transform(
    reading((form, refuse): PhoneNumberWish => {
      const { Sid, PhoneNumber, IsReserved = false } = form;
      if (Sid !== undefined) return { number: { sid: Sid }, isReserved: IsReserved };
      if (PhoneNumber !== undefined) return { number: { phoneNumber: PhoneNumber }, isReserved: IsReserved };
      return refuse('Sid or PhoneNumber is required.');
    }, 'PhoneNumber'),
  );

export interface PhoneNumberUpdate {
  readonly isReserved?: boolean;
}

/** Without IsReserved nothing changes. */
export const updatePhoneNumberForm = z
  .object({ IsReserved: isReserved })
  .transform((form): PhoneNumberUpdate => given({ isReserved: form.IsReserved }));
