import { DomainError, type DomainErrorCode } from '../shared/domain-error.js';
import type { LocatedIdentifier } from './located-identifier.js';
import { maskedIdentifier } from './masked-identifier.js';

/** At which step of the selection no number was left (contract §13.3). */
export type NoNumberReason =
  'empty-pool' | 'all-reserved' | 'no-voice' | 'no-sms' | 'country' | 'geo' | 'in-use';

type Participant = Pick<LocatedIdentifier, 'identifier' | 'isoCountry'>;

const COMBINED_MODE =
  'This can happen if you attempted to create a participant in a session for which you did not specify a Mode in a country that does not support combined voice and sms capabilities.';

/** Twilio's words after the prefix that all of them share. */
const reasons: Readonly<
  Record<NoNumberReason, { code: DomainErrorCode; why: (participant: Participant) => string }>
> = {
  'empty-pool': {
    code: 'no-number-in-pool',
    why: () => 'This Service has no Proxy numbers configured.',
  },
  'all-reserved': { code: 'no-unreserved-number', why: () => 'No unreserved numbers in proxy pool.' },
  'no-voice': {
    code: 'no-voice-number',
    why: () => `This Service has no available Proxy numbers having voice capabilities. ${COMBINED_MODE}`,
  },
  'no-sms': {
    code: 'no-message-number',
    why: () => `This Service has no available Proxy numbers having sms capabilities. ${COMBINED_MODE}`,
  },
  country: {
    code: 'no-number-for-country',
    why: ({ isoCountry }) =>
      `This Service has no available Proxy numbers for country code ${isoCountry ?? 'unknown'}.`,
  },
  geo: {
    code: 'no-number',
    why: ({ identifier }) =>
      `Failed to find a proxy number for ${maskedIdentifier(identifier)}. Either you have no numbers meeting your service's GeoMatchLevel for the target number, or the numbers you do have are already in use by the participant in other Sessions.`,
  },
  'in-use': {
    code: 'no-unused-number',
    why: ({ identifier }) =>
      `Failed to find a proxy number for ${maskedIdentifier(identifier)}. All matching proxies for this Participant are already in use in other Sessions.`,
  },
};

export function noNumber(reason: NoNumberReason, participant: Participant): DomainError {
  const { code, why } = reasons[reason];
  return new DomainError(
    code,
    `This Service has no compatible Proxy numbers for this Participant. ${why(participant)}`,
  );
}
