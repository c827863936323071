import { createSecretKey, randomBytes } from 'node:crypto';
import {
  addParticipant,
  addPhoneNumber,
  addShortCode,
  attemptForward,
  changeLegStatus,
  completeInteraction,
  createSession,
  deleteInteraction,
  deleteSession,
  phoneNumberStream,
  removeParticipant,
  removePhoneNumber,
  serviceStream,
  sessionStream,
  shortCodeStream,
  startInteraction,
  updatePhoneNumber,
  updateSession,
  type Interaction,
  type NewPoolNumber,
  type NewSession,
  type Session,
  type SessionEvent,
  type SessionUpdate,
} from '#domain';
import type { Decoding, EventContext, EventStore } from '#event-store';
import { newSid, type Database } from '#platform';
import type { InteractionRow, SessionRow } from '../tables.js';

/** Sessions of one service, led through their lives without HTTP. */
export class SessionLives {
  #names = 0;

  constructor(
    private readonly events: EventStore,
    private readonly service: {
      readonly sid: string;
      readonly accountSid: string;
      readonly context: EventContext;
    },
  ) {}

  /** Every other one has a name, with what is special in COPY and JSON. */
  async create(wish: Partial<NewSession> = {}): Promise<string> {
    const { sid: serviceSid, accountSid, context } = this.service;
    const name = ++this.#names;
    const uniqueName = name % 2 === 0 ? `Fährt "${name}" \\ N\tö` : null;
    const created = await this.events.create(
      sessionStream,
      newSid('KC'),
      context,
      { stream: serviceStream, id: serviceSid },
      ({ now }) =>
        createSession(
          sessionStream.initial,
          {
            accountSid,
            serviceSid,
            uniqueName,
            mode: 'voice-and-message',
            ttl: 0,
            dateExpiry: null,
            status: 'open',
            ...wish,
          },
          now,
        ),
    );
    return created.sid;
  }

  async update(sid: string, wish: SessionUpdate): Promise<void> {
    await this.events.change(sessionStream, sid, this.service.context, (session, { now }) =>
      updateSession(session, wish, now),
    );
  }

  async delete(sid: string): Promise<void> {
    await this.events.change(sessionStream, sid, this.service.context, deleteSession);
  }

  async expire(sid: string): Promise<boolean> {
    return this.events.expire(sessionStream, sid, this.service.context);
  }

  /** Somebody comes into the session; answers their SID. */
  async join(sid: string, identifier: string, proxyIdentifier = poolNumber(0)): Promise<string> {
    const { sid: serviceSid, accountSid, context } = this.service;
    const participantSid = newSid('KP');
    const friendlyName = `Zoë\t"${identifier}" \\N`;
    const newcomer = {
      participantSid,
      identifier,
      friendlyName,
      proxyIdentifier,
      proxyIdentifierSid: newSid('PN'),
    };
    await this.events.change(
      sessionStream,
      sid,
      context,
      (session) => addParticipant(session, newcomer, { accountSid, serviceSid }),
      { subjects: [sid] },
    );
    return participantSid;
  }

  async leave(sid: string, participantSid: string): Promise<void> {
    await this.events.change(
      sessionStream,
      sid,
      this.service.context,
      (session) => removeParticipant(session, participantSid),
      { children: [participantSid] },
    );
  }

  /** Somebody says something; answers the SID of the interaction. */
  async say(sid: string, from: string, to: string, body: string): Promise<string> {
    const { sid: serviceSid, accountSid, context } = this.service;
    const interactionSid = newSid('KI');
    const wish = {
      accountSid,
      serviceSid,
      interactionSid,
      type: 'message' as const,
      inbound: { participantSid: from, resourceSid: `SM${newSid('KI').slice(2)}`, resourceUrl: null },
      outboundParticipantSid: to,
      body,
      mediaUrls: [`https://example.com/"${body}"`],
    };
    await this.events.change(
      sessionStream,
      sid,
      context,
      (session) => startInteraction(session, wish, false),
      {
        subjects: [interactionSid],
      },
    );
    return interactionSid;
  }

  async interact(
    sid: string,
    interactionSid: string,
    decide: (session: Session, interactionSid: string, known: Interaction | null) => SessionEvent[],
  ): Promise<void> {
    await this.events.change(
      sessionStream,
      sid,
      this.service.context,
      // The projector of interactions made it.
      (session, { child }) =>
        decide(session, interactionSid, knownOf(child(interactionSid) as InteractionRow | null)),
      { children: [interactionSid], subjects: [interactionSid] },
    );
  }

  /** Two people come, and talk in the `n`th of the ways that there are. */
  async talk(sid: string, n: number): Promise<void> {
    const person = ++this.#names;
    const from = await this.join(sid, `+1555${String(person).padStart(7, '0')}`, poolNumber(n));
    const to = await this.join(sid, `+1556${String(person).padStart(7, '0')}`, poolNumber(n + (n % 2)));
    const first = await this.say(sid, from, to, `Hello ${n}\n\t\\ "there"`);
    await this.interact(sid, first, (...known) => attemptForward(...known, 0));
    const sent = {
      leg: 'outbound',
      status: 'sent',
      resourceSid: `SM${newSid('KI').slice(2)}`,
      resourceUrl: null,
    } as const;
    await this.interact(sid, first, (...known) => changeLegStatus(...known, sent));
    const second = await this.say(sid, to, from, 'Bye');
    if (n % 3 === 0) await this.interact(sid, second, deleteInteraction);
    if (n % 3 === 1) await this.interact(sid, second, (...known) => completeInteraction(...known, n));
    if (n % 4 === 0) await this.leave(sid, to);
  }

  /** Fills the pool: phone numbers, of which one has left it again and one is reserved, and a short code. */
  async pool(): Promise<void> {
    const { sid: serviceSid, context } = this.service;
    const { events } = this;
    for (let n = 0; n < 5; n++) {
      const [id, wish] = [newSid('PN'), this.#wish(poolNumber(n))];
      await events.change(phoneNumberStream, id, context, (number) => addPhoneNumber(number, wish));
      if (n === 3) {
        await events.change(phoneNumberStream, id, context, (number) =>
          updatePhoneNumber(number, serviceSid, true),
        );
      }
      if (n === 4) {
        await events.change(phoneNumberStream, id, context, (number) =>
          removePhoneNumber(number, serviceSid),
        );
      }
    }
    const wish = this.#wish('12345');
    await events.change(shortCodeStream, newSid('SC'), context, (number) => addShortCode(number, wish));
  }

  #wish(number: string): NewPoolNumber {
    const { sid: serviceSid, accountSid } = this.service;
    const capabilities = { voice: true, sms: true, mms: false, fax: false };
    return {
      accountSid,
      serviceSid,
      number,
      friendlyName: number,
      isoCountry: 'US',
      capabilities,
      isReserved: false,
    };
  }

  /** One session through the `n`th of the ways that there are. */
  async live(n: number): Promise<string> {
    const sid = await this.create({
      ttl: n % 3 === 0 ? 3600 : 0,
      status: n % 4 === 0 ? 'in-progress' : 'open',
    });
    if (n % 2 === 0) await this.talk(sid, n);
    const way = n % 5;
    if (way === 1) await this.update(sid, { ttl: 7200 });
    if (way === 2 || way === 3) await this.update(sid, { status: 'closed' });
    if (way === 3) await this.update(sid, { status: 'in-progress', dateExpiry: '2999-01-02T03:04:05.006Z' });
    if (way === 4) await this.delete(sid);
    return sid;
  }
}

/** Rows as they are, without what is not event-sourced. */
export async function readRows({ admin }: Database, table: string): Promise<object[]> {
  const { rows } = await admin.query<SessionRow & { timer_at?: string | null }>(
    `select * from maskline.${table} order by partition, sid`,
  );
  return rows.map(({ timer_at: _, ...row }) => row);
}

/** For the stores of these specs. */
export const masterKey = createSecretKey(randomBytes(32));

export const decoding: Decoding = { upcasters: {}, masterKey };

function poolNumber(n: number): string {
  return `+1415555000${n % 5}`;
}

function knownOf(row: InteractionRow | null): Interaction | null {
  return (
    row && {
      type: row.type,
      inboundStatus: row.inbound_resource_status,
      outboundStatus: row.outbound_resource_status,
      outboundResourceSid: row.outbound_resource_sid,
      attempts: row.attempts,
    }
  );
}
