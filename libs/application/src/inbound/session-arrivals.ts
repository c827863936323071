import { Injectable } from '@nestjs/common';
import {
  isActive,
  partnerOf,
  sessionStream,
  startInteraction,
  type Session,
  type SessionEvent,
} from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { newSid } from '#platform';
import { InteractionQueries, type InteractionRow, type ServiceRow } from '#read-model';
import { Alerts } from '../alerts/alerts.js';
import { systemContext } from '../system-context.js';
import { writtenChild } from '../written-row.js';
import { dropped, type Arrival, type Reception } from './arrival.js';

/** Why a session does not take what has come. */
type Refusal = Ended['kind'] | 'mode' | 'no-partner';

/** A session that was there a moment ago: closed through the API, or by its time. */
export interface Ended {
  readonly kind: 'ended' | 'expired';
}

export function sessionHasEnded(taken: Reception | Ended): taken is Ended {
  return taken.kind === 'ended' || taken.kind === 'expired';
}

class NotTaken extends Error {
  override readonly name = 'NotTaken';

  constructor(readonly why: Refusal) {
    super(why);
  }
}

/** Takes what has come into the session that the pair of numbers leads to (contract §13.2, steps 5 to 7). */
@Injectable()
export class SessionArrivals {
  constructor(
    private readonly events: EventStore,
    private readonly interactions: InteractionQueries,
    private readonly alerts: Alerts,
  ) {}

  /** What came of it; or why the session, which has ended meanwhile, takes nothing more. */
  async take(service: ServiceRow, sessionSid: string, arrival: Arrival): Promise<Reception | Ended> {
    try {
      const row = await this.#start(service, sessionSid, arrival);
      return row === null ? dropped : { kind: 'accepted', row };
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      const about = { accountSid: service.account_sid, serviceSid: service.sid, sessionSid };
      if (error.why === 'ended' || error.why === 'expired') return { kind: error.why };
      const codes = {
        mode: arrival.type === 'message' ? 80910 : 80911,
        'no-partner': 80614,
      } as const;
      this.alerts.raise(codes[error.why], about);
      return dropped;
    }
  }

  /** Durable when this resolves. Null for what was taken before and is deleted since. */
  async #start(service: ServiceRow, sessionSid: string, arrival: Arrival): Promise<InteractionRow | null> {
    const { account_sid: accountSid, sid: serviceSid } = service;
    const interactionSid = newSid('KI');
    const changed = await this.events.change(
      sessionStream,
      sessionSid,
      arrivalContext(arrival),
      (session) => arrive(session, service, interactionSid, arrival),
      { subjects: [interactionSid] },
    );
    return changed.isDuplicate
      ? this.interactions.withInbound(accountSid, serviceSid, arrival.resourceSid)
      : writtenChild(changed, 'KI', interactionSid);
  }
}

/** The carrier's SID makes the command: what it brings twice has one effect. */
export function arrivalContext({ contact, resourceSid }: Arrival): EventContext {
  const { accountSid, serviceSid } = contact;
  const commandId = `in-${accountSid}-${resourceSid}`;
  return systemContext(accountSid, 'system:carrier', {
    idempotency: { commandId, fingerprint: serviceSid },
  });
}

function arrive(
  session: Session,
  service: ServiceRow,
  interactionSid: string,
  { contact, type, resourceSid, body, mediaUrls }: Arrival,
): SessionEvent[] {
  if (!isActive(session)) {
    throw new NotTaken(session.status === 'closed' && session.reason !== 'api' ? 'expired' : 'ended');
  }
  const sender = session.participants.find(
    ({ identifier, proxyIdentifier }) => identifier === contact.from && proxyIdentifier === contact.to,
  );
  if (sender === undefined) throw new NotTaken('ended');
  if (session.mode === (type === 'message' ? 'voice-only' : 'message-only')) throw new NotTaken('mode');
  const partner = partnerOf(session, sender.sid);
  if (partner === null) throw new NotTaken('no-partner');
  const { account_sid: accountSid, sid: serviceSid } = service;
  return startInteraction(
    session,
    {
      accountSid,
      serviceSid,
      interactionSid,
      type,
      inbound: { participantSid: sender.sid, resourceSid, resourceUrl: null },
      outboundParticipantSid: partner.sid,
      body,
      mediaUrls,
    },
    service.intercept_callback_url !== null,
  );
}
