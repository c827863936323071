import { Injectable } from '@nestjs/common';
import { Carrier } from '#carrier';
import {
  areaCodesByLevel,
  DomainError,
  noNumber,
  servingCountries,
  type LocatedIdentifier,
  type NewParticipant,
} from '#domain';
import type { ChangeOptions } from '#event-store';
import { newSid } from '#platform';
import { NumberPool, ServiceQueries, type NumberWish, type PickedNumber } from '#read-model';
import { needOf } from './held-numbers.js';
import { refusalOf, whyNone } from './why-no-number.js';

/** A participant as a caller asks for it; what is null was not given. */
export interface ParticipantWish {
  readonly whom: LocatedIdentifier;
  readonly friendlyName: string | null;
  readonly proxyIdentifier: string | null;
  readonly proxyIdentifierSid: string | null;
  /** Only a number that no active session uses will do. */
  readonly isUnused: boolean;
}

/** Where participants shall come: into a session that is to be made, or into one that is there. */
export type Place = Pick<NumberWish, 'accountSid' | 'serviceSid' | 'session'>;

type Newcomers<Wishes extends readonly ParticipantWish[]> = {
  readonly [I in keyof Wishes]: NewParticipant;
};

/** Who comes with which number. */
interface Choice<Wishes extends readonly ParticipantWish[]> {
  readonly newcomers: Newcomers<Wishes>;
  /** Where the streams of the numbers stood: a number that has left its pool serves nobody. */
  readonly needs: NonNullable<ChangeOptions['needs']>;
}

/** What was found for a wish: a number, or none, and why not. */
type Find =
  | { readonly wish: ParticipantWish; readonly number: PickedNumber }
  | { readonly wish: ParticipantWish; readonly number: null; readonly why: () => Promise<DomainError> };

/** As often another session may be quicker. */
const MAX_RACES = 16;

/** Gives participants their proxy numbers (contract §13.3). */
@Injectable()
export class ProxyNumbers {
  constructor(
    private readonly pool: NumberPool,
    private readonly services: ServiceQueries,
    private readonly carrier: Carrier,
  ) {}

  /**
   * Chooses numbers and has them written. `look` asks in the meantime about the place itself and refuses what is refused whatever
   * the numbers are. Until they are written another session may take one, or its pool may change, so it is tried again with
   * others; when a race leaves none, or the caller named the number, two requests were for the same one and this came second.
   */
  async giveTo<const Wishes extends readonly ParticipantWish[], Seen, Result>(
    place: Place,
    wishes: Wishes,
    look: () => Promise<Seen>,
    write: (choice: Choice<Wishes>, seen: Seen) => Promise<Result>,
  ): Promise<Result> {
    let wasTaken = false;
    for (let race = 0; race < MAX_RACES; race++) {
      const finding = Promise.all(wishes.map((wish) => this.#find(place, wish)));
      const [seen, finds] = await Promise.all([look(), finding]);
      const refusal = await whyNot(finds);
      if (refusal !== null) {
        // Below a deleted service there is nothing that could refuse.
        await this.services.get(place.accountSid, place.serviceSid);
        throw wasTaken && isOutOfNumbers(refusal) ? conflict() : refusal;
      }
      try {
        return await write(choiceOf<Wishes>(finds), seen);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        if (error.code === 'proxy-identifier-taken') wasTaken = true;
        else if (error.code !== 'proxy-identifier-moved') throw error;
      }
    }
    throw conflict();
  }

  #find(place: Place, wish: ParticipantWish): Promise<Find> {
    return isNamed(wish) ? this.#named(place, wish) : this.#picked(place, wish);
  }

  async #picked({ accountSid, serviceSid, session }: Place, wish: ParticipantWish): Promise<Find> {
    const { whom, isUnused } = wish;
    const { identifier } = whom;
    const where = { accountSid, serviceSid, countries: servingCountries(whom.isoCountry) };
    const areaCodes = areaCodesByLevel(whom.areaCode);
    const { mode, number } = await this.pool.pick({ ...where, session, identifier, areaCodes, isUnused });
    if (number !== null) return { wish, number };
    return {
      wish,
      number,
      why: async () => {
        const service = await this.services.get(accountSid, serviceSid);
        if (mode === null) return new DomainError('session-not-found', 'there is no such session');
        const near = areaCodes[service.geo_match_level] ?? null;
        const found = await this.pool.diagnose({ ...where, mode, areaCodes: near });
        return noNumber(whyNone(found, mode, isUnused), whom);
      },
    };
  }

  async #named({ accountSid, serviceSid }: Place, wish: ParticipantWish): Promise<Find> {
    const { proxyIdentifier, proxyIdentifierSid: sid, whom } = wish;
    const number = await this.pool.find(
      { accountSid, serviceSid, identifier: whom.identifier },
      sid === null ? { number: proxyIdentifier, sid: null } : { number: null, sid },
    );
    if (number === null) return { wish, number, why: () => this.#unknown(accountSid, wish) };
    const refusal = refusalOf(number, serviceSid, proxyIdentifier);
    if (refusal !== null) return { wish, number: null, why: () => Promise.resolve(refusal) };
    return { wish, number };
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

function isNamed({ proxyIdentifier, proxyIdentifierSid }: ParticipantWish): boolean {
  return proxyIdentifier !== null || proxyIdentifierSid !== null;
}

/** Why not all of them have a number. Those who name theirs come to it first. */
async function whyNot(finds: readonly Find[]): Promise<DomainError | null> {
  const vain = finds.filter((find) => find.number === null);
  const first = vain.find(({ wish }) => isNamed(wish)) ?? vain[0];
  return first === undefined ? null : first.why();
}

function choiceOf<Wishes extends readonly ParticipantWish[]>(finds: readonly Find[]): Choice<Wishes> {
  const found = finds.filter((find) => find.number !== null);
  const streams = new Map(found.map(({ number }) => [number.sid, number]));
  return {
    // One for each: `finds` are in the order of the wishes, and none is missing.
    newcomers: found.map(({ wish, number }) => newcomer(wish, number)) as Newcomers<Wishes>,
    needs: Array.from(streams.values(), needOf),
  };
}

function newcomer(wish: ParticipantWish, { sid, number }: PickedNumber): NewParticipant {
  return {
    ...withoutNumber(wish),
    participantSid: newSid('KP'),
    proxyIdentifier: number,
    proxyIdentifierSid: sid,
  };
}

function isOutOfNumbers({ code }: DomainError): boolean {
  return ['proxy-identifier-taken', 'no-number', 'no-unused-number'].includes(code);
}

function conflict(): DomainError {
  return new DomainError('participant-conflict', 'another request took the number for the same participant');
}
