import {
  addParticipant,
  addPhoneNumber,
  createService,
  createSession,
  DomainError,
  firstParticipants,
  isActive,
  pairsOf,
  phoneNumberStream,
  poolOf,
  removePhoneNumber,
  serviceStream,
  sessionStream,
  updatePhoneNumber,
  updateSession,
  type NewParticipant,
  type NewSession,
  type SessionUpdate,
} from '#domain';
import { newSid, type Database } from '#platform';
import type { Changed } from '../append/changed.js';
import type { ChangeOptions } from '../append/prepare.js';
import type { EventContext } from '../event-context.js';
import type { EventStore } from '../event-store.js';
import { specContext } from './plain-command.js';

export const alice = '+15550001111';
export const bob = '+15550002222';
export const carol = '+15550003333';

/** How many numbers a pool may have in these specs. */
export const poolSize = 3;

/** A service with a pool of numbers and sessions of people who talk through them, without HTTP. */
export class MaskedSessions {
  readonly accountSid = newSid('AC');
  readonly serviceSid = newSid('KS');
  readonly context: EventContext = specContext({ accountSid: this.accountSid });

  constructor(private readonly store: EventStore) {}

  async open(): Promise<this> {
    const settings = {
      uniqueName: this.serviceSid,
      defaultTtl: 0,
      callbackUrl: null,
      interceptCallbackUrl: null,
      outOfSessionCallbackUrl: null,
      geoMatchLevel: 'country',
      numberSelectionBehavior: 'prefer-sticky',
      chatInstanceSid: null,
    } as const;
    await this.store.create(serviceStream, this.serviceSid, this.context, null, () =>
      createService(serviceStream.initial, { ...settings, accountSid: this.accountSid }),
    );
    return this;
  }

  /** Adds a number to the pool; answers its SID. */
  async addNumber(number: string, isReserved = false, sid = newSid('PN')): Promise<string> {
    const { accountSid, serviceSid, context } = this;
    const capabilities = { voice: true, sms: true, mms: false, fax: false };
    const wish = {
      accountSid,
      serviceSid,
      number,
      friendlyName: number,
      isoCountry: 'US',
      capabilities,
      isReserved,
    };
    await this.store.change(phoneNumberStream, sid, context, (pooled) => addPhoneNumber(pooled, wish), {
      counts: [{ ...poolOf(serviceSid, isReserved), max: poolSize }],
    });
    return sid;
  }

  reserveNumber(sid: string, isReserved: boolean): Promise<Changed> {
    return this.store.change(phoneNumberStream, sid, this.context, (pooled) =>
      updatePhoneNumber(pooled, this.serviceSid, isReserved),
    );
  }

  /** A number as it stands, for a decision that has chosen it. */
  async numberAt(sid: string): Promise<NonNullable<ChangeOptions['needs']>> {
    const { version } = await this.store.load(phoneNumberStream, sid, this.accountSid);
    return [{ stream: sid, version }];
  }

  removeNumber(sid: string, number: string): Promise<Changed> {
    return this.store.change(
      phoneNumberStream,
      sid,
      this.context,
      (pooled) => removePhoneNumber(pooled, this.serviceSid),
      { empties: [pairsOf(this.serviceSid, number)] },
    );
  }

  /** A session of people, each with the proxy number that they use. */
  async talk(
    people: readonly (readonly [identifier: string, proxyIdentifier: string])[],
    over: Partial<NewSession> = {},
    through = this.store,
    needs: ChangeOptions['needs'] = [],
  ): Promise<{ sid: string; participants: string[] }> {
    const { accountSid, serviceSid } = this;
    const newcomers = people.map(([identifier, proxyIdentifier]) => newcomer(identifier, proxyIdentifier));
    const wish: NewSession = {
      accountSid,
      serviceSid,
      uniqueName: null,
      mode: 'voice-and-message',
      ttl: 0,
      dateExpiry: null,
      status: 'open',
      ...over,
    };
    const parent = { stream: serviceStream, id: serviceSid };
    const { sid } = await through.create(
      sessionStream,
      newSid('KC'),
      this.context,
      parent,
      ({ now }) =>
        createSession(
          sessionStream.initial,
          wish,
          now,
          firstParticipants(newcomers, wish.mode, { accountSid, serviceSid }),
        ),
      { needs },
    );
    return { sid, participants: newcomers.map(({ participantSid }) => participantSid) };
  }

  /** Somebody comes into a session; answers their SID. */
  async join(
    sid: string,
    identifier: string,
    proxyIdentifier: string,
    through = this.store,
  ): Promise<string> {
    const { accountSid, serviceSid } = this;
    const wish = newcomer(identifier, proxyIdentifier);
    await through.change(
      sessionStream,
      sid,
      this.context,
      (session) => addParticipant(session, wish, { accountSid, serviceSid }),
      { subjects: [sid] },
    );
    return wish.participantSid;
  }

  update(sid: string, wish: SessionUpdate): Promise<Changed> {
    return this.store.change(sessionStream, sid, this.context, (session, { now }) =>
      updateSession(session, wish, now),
    );
  }

  /** How many sessions use each number of the pool. */
  async used({ admin }: Database): Promise<Record<string, number>> {
    const { rows } = await admin.query<{ number: string; sessions: number }>(
      'select number, sessions from maskline.number_use where service_sid = $1 order by number',
      [this.serviceSid],
    );
    return Object.fromEntries(rows.map(({ number, sessions }) => [number, sessions]));
  }

  /** The same, from the sessions themselves. */
  async usedByStates({ admin }: Database): Promise<Record<string, number>> {
    const { rows } = await admin.query<{ stream_id: string }>(
      `select stream_id from maskline.stream where account_sid = $1 and category = 'session' and status = 'live'`,
      [this.accountSid],
    );
    const used: Record<string, number> = {};
    for (const { stream_id } of rows) {
      const { state } = await this.store.load(sessionStream, stream_id, this.accountSid);
      if (!isActive(state)) continue;
      const numbers = new Set(state.participants.map(({ proxyIdentifier }) => proxyIdentifier));
      for (const number of numbers) used[number] = (used[number] ?? 0) + 1;
    }
    return used;
  }
}

/** Lets refusals of the model pass: others were first. */
export async function refusable(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'overloaded') throw error;
  }
}

function newcomer(identifier: string, proxyIdentifier: string): NewParticipant {
  return {
    participantSid: newSid('KP'),
    identifier,
    friendlyName: null,
    proxyIdentifier,
    proxyIdentifierSid: newSid('PN'),
  };
}
