import { below } from '../shared/claim-range.js';
import { DomainError } from '../shared/domain-error.js';
import type { Claim, ClaimRange, Stream } from '../shared/stream.js';
import type { PhoneNumberEvent, ShortCodeEvent } from './phone-number.events.js';

export interface PooledNumber {
  readonly status: 'pooled';
  readonly serviceSid: string;
  readonly number: string;
  readonly isReserved: boolean;
}

/**
 * A number of the account, and in which pool it is. Out of every pool its stream is as one that has ended, so that nobody can
 * need it; but it goes on when the number comes to another.
 */
export type PoolNumber = { readonly status: 'absent' } | PooledNumber;

type PoolNumberEvent = PhoneNumberEvent | ShortCodeEvent;

function evolve(number: PoolNumber, event: PoolNumberEvent): PoolNumber {
  switch (event.type) {
    case 'PhoneNumberAdded':
    case 'ShortCodeAdded': {
      const { serviceSid, number: digits, isReserved } = event.data;
      return { status: 'pooled', serviceSid, number: digits, isReserved };
    }
    case 'PhoneNumberUpdated':
    case 'ShortCodeUpdated':
      return number.status === 'pooled' ? { ...number, isReserved: event.data.isReserved } : number;
    case 'PhoneNumberRemoved':
    case 'ShortCodeRemoved':
      return { status: 'absent' };
  }
}

/** A number is in one pool only; and what a pool holds of each kind is counted by the second claim. */
function claims(number: PoolNumber): Claim[] {
  if (number.status !== 'pooled') return [];
  const { serviceSid, number: digits, isReserved } = number;
  return [
    { kind: 'number', key: digits },
    { kind: 'pool', key: `${poolPath(serviceSid, isReserved)}/${digits}` },
  ];
}

/** All reserved, or all other, numbers of a service, to be counted. */
export function poolOf(serviceSid: string, isReserved: boolean): ClaimRange {
  return below('pool', poolPath(serviceSid, isReserved));
}

function poolPath(serviceSid: string, isReserved: boolean): string {
  return `${serviceSid}/${isReserved ? 'reserved' : 'unreserved'}`;
}

const shared = {
  stateSchema: 1,
  initial: { status: 'absent' },
  deleted: { status: 'absent' },
  evolve,
  claims,
  parent: (number) => (number.status === 'pooled' ? number.serviceSid : null),
  refusal: (why) => {
    switch (why) {
      case 'parent':
        return new DomainError('service-not-found', 'there is no such service');
      case 'moved':
        return null;
      case 'taken':
        return new DomainError('phone-number-in-other-service', 'the number is in another pool');
      case 'in_use':
        return new DomainError('phone-number-in-use', 'active sessions use the number');
      case 'limit':
        return new DomainError('pool-full', 'The pool has as many numbers of this kind as it may have.');
    }
  },
} satisfies Omit<Stream<PoolNumber, PoolNumberEvent>, 'category' | 'prefix'>;

export const phoneNumberStream: Stream<PoolNumber, PhoneNumberEvent> = {
  ...shared,
  category: 'phone-number',
  prefix: 'PN',
};

export const shortCodeStream: Stream<PoolNumber, ShortCodeEvent> = {
  ...shared,
  category: 'short-code',
  prefix: 'SC',
};
