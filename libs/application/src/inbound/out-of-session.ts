import { Injectable } from '@nestjs/common';
import {
  createSessionWith,
  DomainError,
  firstParticipants,
  isGone,
  serviceStream,
  sessionStream,
  limitIdle,
} from '#domain';
import { EventStore } from '#event-store';
import { newSid } from '#platform';
import {
  InteractionQueries,
  ParticipantQueries,
  Routes,
  SessionQueries,
  type Contact,
  type InteractionRow,
  type ServiceRow,
} from '#read-model';
import { outOfSessionCallback, readIdentifier, type AutoCreateWish, type EarlierSession } from '#wire';
import { Alerts } from '../alerts/alerts.js';
import { Callbacks } from '../callbacks/callbacks.js';
import { MaskingRules } from '../masking-rules.js';
import { ProxyNumbers, type ParticipantWish } from '../participant/proxy-numbers.js';
import { writtenChild } from '../written-row.js';
import { dropped, type Arrival, type Reception } from './arrival.js';
import { arrivalContext, sessionHasEnded, SessionArrivals } from './session-arrivals.js';

/** Asks the account what shall become of what no session takes (contract §12.3). */
@Injectable()
export class OutOfSession {
  constructor(
    private readonly events: EventStore,
    private readonly routes: Routes,
    private readonly sessions: SessionQueries,
    private readonly participants: ParticipantQueries,
    private readonly interactions: InteractionQueries,
    private readonly numbers: ProxyNumbers,
    private readonly sessionArrivals: SessionArrivals,
    private readonly callbacks: Callbacks,
    private readonly alerts: Alerts,
    private readonly rules: MaskingRules,
  ) {}

  /** `isExpired` when it met a session whose time had run out, which the operator has been told. */
  async take(service: ServiceRow, arrival: Arrival, isExpired: boolean): Promise<Reception> {
    const { account_sid: accountSid, sid: serviceSid, out_of_session_callback_url: url } = service;
    const known = await this.#takenBefore(service, arrival);
    if (known !== null) return { kind: 'accepted', row: known };
    const about = { accountSid, serviceSid };
    const earlier = await this.#earlier(arrival.contact);
    if (url === null) {
      if (!isExpired) this.alerts.raise(earlier === null ? 80903 : 80902, about);
      return dropped;
    }
    const answer = await this.callbacks.askOutOfSession({
      accountSid,
      url,
      form: outOfSessionCallback(arrival.parameters, earlier),
      idempotencyToken: `out-of-session-${arrival.resourceSid}`,
    });
    switch (answer.kind) {
      case 'twiml':
        return { kind: 'answered', twiml: answer.xml };
      case 'nothing':
        return dropped;
      case 'failed':
        this.alerts.raise(80913, { ...about, why: answer.why });
        return dropped;
      case 'auto-create':
        return this.#create(service, arrival, answer.wish).catch(async (error: unknown) => {
          if (!(error instanceof DomainError)) throw error;
          // Two messages in a row ask for the same session: the second one finds what the first one has made.
          const made = await this.routes.find(arrival.contact);
          const taken = made === null ? null : await this.sessionArrivals.take(service, made, arrival);
          if (taken !== null && !sessionHasEnded(taken)) return taken;
          this.alerts.raise(80913, { ...about, why: error.code });
          return dropped;
        });
    }
  }

  /** A session that was made on the spot may have ended when the carrier brings the same again. */
  async #takenBefore({ account_sid, sid }: ServiceRow, arrival: Arrival): Promise<InteractionRow | null> {
    const outcome = await this.events.outcomeOf(arrivalContext(arrival));
    return outcome === null ? null : this.interactions.withInbound(account_sid, sid, arrival.resourceSid);
  }

  /** Null also when it is deleted just now. */
  async #earlier(contact: Contact): Promise<EarlierSession | null> {
    const route = await this.routes.findEarlier(contact);
    if (route === null) return null;
    const { accountSid, serviceSid } = contact;
    const { sessionSid, inboundSid, outboundSid } = route;
    const place = { accountSid, serviceSid, sessionSid };
    try {
      const [session, inbound, outbound] = await Promise.all([
        this.sessions.get(accountSid, serviceSid, sessionSid),
        this.participants.get(place, inboundSid),
        outboundSid === null ? null : this.participants.get(place, outboundSid),
      ]);
      return { session, inbound, outbound };
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  /** The session, both participants and the first interaction come together or not at all. */
  async #create(service: ServiceRow, arrival: Arrival, wish: AutoCreateWish): Promise<Reception> {
    const { account_sid: accountSid, sid: serviceSid } = service;
    const { contact, type, resourceSid, body, mediaUrls } = arrival;
    const { uniqueName, mode, dateExpiry } = wish;
    const isIntercepted = service.intercept_callback_url !== null;
    const wishes = [
      this.#wishOf(contact.from, contact.to),
      this.#wishOf(wish.participantIdentifier, wish.participantProxyIdentifier),
    ] as const;
    const place = { accountSid, serviceSid };
    const interactionSid = newSid('KI');
    const parent = { stream: serviceStream, id: serviceSid };
    const changed = await this.numbers.giveTo(
      { ...place, session: { mode } },
      wishes,
      () => Promise.resolve(),
      ({ newcomers: [sender, partner], needs }) =>
        this.events.create(
          sessionStream,
          newSid('KC'),
          arrivalContext(arrival),
          parent,
          ({ now, parent: live }) => {
            if (live?.status !== 'live')
              throw new DomainError('service-not-found', 'there is no such service');
            const ttl = wish.ttl ?? live.defaultTtl;
            const events = createSessionWith(
              { ...place, uniqueName, mode, ttl, dateExpiry, status: 'open' },
              firstParticipants([sender, partner], mode, place),
              {
                ...place,
                interactionSid,
                type,
                inbound: { participantSid: sender.participantSid, resourceSid, resourceUrl: null },
                outboundParticipantSid: partner.participantSid,
                body,
                mediaUrls,
              },
              isIntercepted,
              now,
            );
            return limitIdle(sessionStream.initial, events, now, this.rules.maxIdleSeconds);
          },
          { needs },
        ),
    );
    const row = changed.isDuplicate
      ? await this.interactions.withInbound(accountSid, serviceSid, resourceSid)
      : writtenChild(changed, 'KI', interactionSid);
    return row === null ? dropped : { kind: 'accepted', row };
  }

  #wishOf(identifier: string, proxyIdentifier: string | null): ParticipantWish {
    return {
      whom: readIdentifier(identifier, this.rules.identifierCheck),
      friendlyName: null,
      proxyIdentifier,
      proxyIdentifierSid: null,
      isUnused: false,
    };
  }
}
