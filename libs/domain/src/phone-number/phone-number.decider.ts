import { DomainError, type DomainErrorCode } from '../shared/domain-error.js';
import type { NewPoolNumber, PhoneNumberEvent, ShortCodeEvent } from './phone-number.events.js';
import type { PooledNumber, PoolNumber } from './phone-number.state.js';

export function addPhoneNumber(number: PoolNumber, wish: NewPoolNumber): PhoneNumberEvent[] {
  requireFree(number, wish.serviceSid, 'phone-number-in-service');
  return [{ type: 'PhoneNumberAdded', data: wish }];
}

export function updatePhoneNumber(
  number: PoolNumber,
  serviceSid: string,
  isReserved: boolean | undefined,
): PhoneNumberEvent[] {
  const known = requirePooled(number, serviceSid, 'phone-number-not-found');
  if (isReserved === undefined || isReserved === known.isReserved) return [];
  return [{ type: 'PhoneNumberUpdated', data: { isReserved } }];
}

export function removePhoneNumber(number: PoolNumber, serviceSid: string): PhoneNumberEvent[] {
  requirePooled(number, serviceSid, 'phone-number-not-found');
  return [{ type: 'PhoneNumberRemoved', data: {} }];
}

export function addShortCode(number: PoolNumber, wish: NewPoolNumber): ShortCodeEvent[] {
  requireFree(number, wish.serviceSid, 'short-code-in-service');
  return [{ type: 'ShortCodeAdded', data: wish }];
}

export function updateShortCode(
  number: PoolNumber,
  serviceSid: string,
  isReserved: boolean | undefined,
): ShortCodeEvent[] {
  const known = requirePooled(number, serviceSid, 'short-code-not-found');
  if (isReserved === undefined || isReserved === known.isReserved) return [];
  return [{ type: 'ShortCodeUpdated', data: { isReserved } }];
}

export function removeShortCode(number: PoolNumber, serviceSid: string): ShortCodeEvent[] {
  requirePooled(number, serviceSid, 'short-code-not-found');
  return [{ type: 'ShortCodeRemoved', data: {} }];
}

function requireFree(number: PoolNumber, serviceSid: string, whenHere: DomainErrorCode): void {
  if (number.status !== 'pooled') return;
  if (number.serviceSid === serviceSid) throw new DomainError(whenHere, 'the number is in this pool already');
  throw new DomainError('phone-number-in-other-service', 'the number is in another pool');
}

/** A number in another pool than the path names is not there. */
function requirePooled(number: PoolNumber, serviceSid: string, whenNot: DomainErrorCode): PooledNumber {
  if (number.status === 'pooled' && number.serviceSid === serviceSid) return number;
  throw new DomainError(whenNot, 'the number is not in this pool');
}
