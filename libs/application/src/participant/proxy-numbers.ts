import { Injectable } from '@nestjs/common';
import { Carrier } from '#carrier';
import {
  areaCodesFor,
  DomainError,
  noNumber,
  servingCountries,
  type LocatedIdentifier,
  type NewParticipant,
  type SessionMode,
} from '#domain';
import type { ChangeOptions } from '#event-store';
import { newSid } from '#platform';
import { NumberPool, type NumberWish, type PickedNumber, type ServiceRow } from '#read-model';

/** A participant as a caller asks for it; what is null was not given. */
export interface ParticipantWish {
  readonly whom: LocatedIdentifier;
  readonly friendlyName: string | null;
  readonly proxyIdentifier: string | null;
  readonly proxyIdentifierSid: string | null;
  /** Only a number that no active session uses will do. */
  readonly isUnused: boolean;
}

export interface Place {
  readonly service: ServiceRow;
  readonly mode: SessionMode;
}

type Newcomers<Wishes extends readonly ParticipantWish[]> = {
  readonly [I in keyof Wishes]: NewParticipant;
};

/** Who comes with which number, and where the streams of the numbers stood: a number that has left its pool serves nobody. */
interface Choice<Wishes extends readonly ParticipantWish[]> {
  readonly newcomers: Newcomers<Wishes>;
  readonly needs: NonNullable<ChangeOptions['needs']>;
}

/** The numbers of a session, some of which may have left the pool while it was closed. */
export interface HeldNumbers {
  readonly needs: NonNullable<ChangeOptions['needs']>;
  /** Refuses when one has left. */
  readonly requireAll: () => void;
}

/** As often another session may be quicker. */
const MAX_RACES = 16;

/** Gives participants their proxy numbers (contract §13.3). */
@Injectable()
export class ProxyNumbers {
  constructor(
    private readonly pool: NumberPool,
    private readonly carrier: Carrier,
  ) {}

  /**
   * Chooses numbers and has them written. Between the two another session may take one, or its pool may change, so it is tried
   * again with others; when a race leaves none, or the caller named the number, two requests were for the same one and this
   * came second.
   */
  async giveTo<const Wishes extends readonly ParticipantWish[], Result>(
    place: Place,
    wishes: Wishes,
    write: (choice: Choice<Wishes>) => Promise<Result>,
  ): Promise<Result> {
    let wasTaken = false;
    for (let race = 0; race < MAX_RACES; race++) {
      let choice: Choice<Wishes>;
      try {
        choice = await this.#choose(place, wishes);
      } catch (error) {
        throw wasTaken && isOutOfNumbers(error) ? conflict() : error;
      }
      try {
        return await write(choice);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        if (error.code === 'proxy-identifier-taken') wasTaken = true;
        else if (error.code !== 'proxy-identifier-moved') throw error;
      }
    }
    throw conflict();
  }

  /** The numbers of those who are in a session. */
  async heldBy(accountSid: string, sessionSid: string): Promise<HeldNumbers> {
    const numbers = await this.pool.heldBy(accountSid, sessionSid);
    const there = numbers.filter((number) => number !== null);
    return {
      needs: there.map(needOf),
      requireAll: () => {
        if (there.length === numbers.length) return;
        throw new DomainError('proxy-identifier-not-in-service', 'a number of the session has left the pool');
      },
    };
  }

  /** In the order of the wishes; those who name their number come to it first. */
  async #choose<Wishes extends readonly ParticipantWish[]>(
    place: Place,
    wishes: Wishes,
  ): Promise<Choice<Wishes>> {
    const numbers = new Map<ParticipantWish, PickedNumber>();
    const isNamed = (wish: ParticipantWish) =>
      wish.proxyIdentifier !== null || wish.proxyIdentifierSid !== null;
    for (const wish of wishes.filter(isNamed)) numbers.set(wish, await this.#named(place, wish));
    const free = wishes.filter((wish) => !isNamed(wish));
    const picked = await Promise.all(free.map((wish) => this.#picked(place, wish)));
    for (const [i, wish] of free.entries()) {
      const number = picked[i];
      if (number !== undefined) numbers.set(wish, number);
    }
    return {
      // One for each.
      newcomers: wishes.map((wish) => newcomer(wish, numbers.get(wish))) as Newcomers<Wishes>,
      needs: Array.from(
        new Map(Array.from(numbers.values(), (number) => [number.sid, number])).values(),
        needOf,
      ),
    };
  }

  async #picked({ service, mode }: Place, { whom, isUnused }: ParticipantWish): Promise<PickedNumber> {
    const wish: NumberWish = {
      accountSid: service.account_sid,
      serviceSid: service.sid,
      mode,
      identifier: whom.identifier,
      countries: servingCountries(whom.isoCountry),
      areaCodes: areaCodesFor(service.geo_match_level, whom.areaCode),
      behavior: service.number_selection_behavior,
      isUnused,
    };
    const number = await this.pool.pick(wish);
    if (number !== null) return number;
    const found = await this.pool.diagnose(wish);
    if (found.all === 0) throw noNumber('empty-pool', whom);
    if (found.unreserved === 0) throw noNumber('all-reserved', whom);
    if (mode !== 'message-only' && found.withVoice === 0) throw noNumber('no-voice', whom);
    if (mode !== 'voice-only' && found.withSms === 0) throw noNumber('no-sms', whom);
    // Some can call and some can text, but none can do both.
    if (mode === 'voice-and-message' && found.withBoth === 0) throw noNumber('no-sms', whom);
    if (found.inCountry === 0) throw noNumber('country', whom);
    // Numbers in use by others are no answer to somebody who wants one for themselves.
    throw noNumber(found.near === 0 || isUnused ? 'geo' : 'in-use', whom);
  }

  async #named({ service }: Place, wish: ParticipantWish): Promise<PickedNumber> {
    const { proxyIdentifier: number, proxyIdentifierSid: sid, whom } = wish;
    const { account_sid: accountSid, sid: serviceSid } = service;
    const found = await this.pool.find(
      { accountSid, serviceSid, identifier: whom.identifier },
      sid === null ? { number, sid: null } : { number: null, sid },
    );
    if (found === null) throw await this.#unknown(accountSid, wish);
    if (found.serviceSid !== serviceSid) {
      throw new DomainError(
        'proxy-identifier-not-in-service',
        'the number is in the pool of another service',
      );
    }
    if (number !== null && found.number !== number) {
      throw new DomainError(
        'proxy-identifier-invalid',
        'number and SID are not of the same proxy identifier',
      );
    }
    if (found.isTaken) {
      throw new DomainError('proxy-identifier-taken', 'another active session has this pair of numbers');
    }
    return found;
  }

  async #unknown(
    accountSid: string,
    { proxyIdentifier, proxyIdentifierSid }: ParticipantWish,
  ): Promise<DomainError> {
    if (proxyIdentifierSid === null && !/^\+?\d+$/.test(proxyIdentifier ?? '')) {
      return new DomainError('proxy-identifier-unknown', 'there is no such channel address');
    }
    const name =
      proxyIdentifierSid === null ? { phoneNumber: proxyIdentifier ?? '' } : { sid: proxyIdentifierSid };
    return (await this.carrier.findNumber(accountSid, name)) === null
      ? new DomainError('proxy-identifier-not-owned', 'the number is not of the account')
      : new DomainError('proxy-identifier-not-in-service', 'the number is in no pool');
  }
}

/** What is known of a participant before a number is chosen. */
export function withoutNumber({ whom, friendlyName }: ParticipantWish): NewParticipant {
  const { identifier } = whom;
  return { participantSid: '', identifier, friendlyName, proxyIdentifier: '', proxyIdentifierSid: '' };
}

function newcomer(wish: ParticipantWish, number: PickedNumber | undefined): NewParticipant {
  if (number === undefined) throw new Error('a participant was left without a number');
  return {
    ...withoutNumber(wish),
    participantSid: newSid('KP'),
    proxyIdentifier: number.number,
    proxyIdentifierSid: number.sid,
  };
}

function needOf({ sid, version }: PickedNumber) {
  return { stream: sid, version };
}

function isOutOfNumbers(error: unknown): boolean {
  const codes = ['proxy-identifier-taken', 'no-number', 'no-unused-number'];
  return error instanceof DomainError && codes.includes(error.code);
}

function conflict(): DomainError {
  return new DomainError('participant-conflict', 'another request took the number for the same participant');
}
