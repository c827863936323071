import { DomainError } from '../shared/domain-error.js';
import type {
  InteractionStarted,
  InteractionType,
  LegStatus,
  ParticipantAdded,
  SessionEvent,
} from './session.events.js';
import { legMayBecome } from './leg-status.js';
import {
  createSession,
  requireActive,
  requireExisting,
  requireUnheld,
  type NewSession,
} from './session.decider.js';
import {
  isActive,
  sessionStream,
  type ActiveSession,
  type Participant,
  type Session,
} from './session.state.js';

/** What a decision on an interaction must know of it: a session's state holds none of them, however many there are. */
export interface Interaction {
  readonly type: InteractionType;
  readonly inboundStatus: LegStatus | null;
  readonly outboundStatus: LegStatus | null;
  readonly outboundResourceSid: string | null;
  readonly attempts: number;
}

export interface NewInteraction {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly interactionSid: string;
  readonly type: InteractionType;
  readonly inbound: InteractionStarted['data']['inbound'];
  readonly outboundParticipantSid: string;
  readonly body: string | null;
  readonly mediaUrls: readonly string[] | null;
}

/** A session that its first interaction brings into being. */
export function createSessionWith(
  session: NewSession,
  participants: readonly ParticipantAdded[],
  interaction: NewInteraction,
  isIntercepted: boolean,
  now: string,
): SessionEvent[] {
  const created = createSession(sessionStream.initial, session, now, participants);
  const before = created.reduce(
    (state, event) => sessionStream.evolve(state, event, now),
    sessionStream.initial,
  );
  return [...created, ...startInteraction(before, interaction, isIntercepted)];
}

/** Whoever is reached by somebody in this session; null while there is nobody else. */
export function partnerOf(
  { participants }: Pick<ActiveSession, 'participants'>,
  sid: string,
): Participant | null {
  return participants.find((participant) => participant.sid !== sid) ?? null;
}

/**
 * Takes in what is to be forwarded. While a callback of the account may still veto it (`isIntercepted`), it does not move the
 * session to in-progress.
 */
export function startInteraction(
  session: Session,
  wish: NewInteraction,
  isIntercepted: boolean,
): SessionEvent[] {
  const { mode, status, participants } = requireActive(session);
  if (mode === (wish.type === 'message' ? 'voice-only' : 'message-only')) {
    throw new DomainError('identifier-unsupported', 'the session is not for this type of interaction');
  }
  for (const sid of [wish.inbound?.participantSid, wish.outboundParticipantSid]) {
    if (sid !== undefined && !participants.some((participant) => participant.sid === sid)) {
      throw new DomainError('participant-not-found', 'there is no such participant');
    }
  }
  const started: SessionEvent = { type: 'InteractionStarted', data: wish };
  if (isIntercepted || status !== 'open') return [started];
  return [started, { type: 'SessionStarted', data: {} }];
}

/**
 * Written before the carrier is asked, so that a process that dies meanwhile leaves a trace. It was accepted while the session
 * was active, so it goes on its way though the session has ended since. Nothing once the carrier has it, or it was blocked, or
 * somebody else has made the attempt after those that the caller has `seen`.
 */
export function attemptForward(
  session: Session,
  interactionSid: string,
  interaction: Interaction | null,
  seen: number,
): SessionEvent[] {
  const known = requireExisting(session);
  const { attempts, outboundStatus, outboundResourceSid } = requireInteraction(interaction);
  if (outboundResourceSid !== null || outboundStatus !== null || attempts !== seen) return [];
  const attempted: SessionEvent = {
    type: 'ForwardAttempted',
    data: { interactionSid, attempt: attempts + 1 },
  };
  return isActive(known) && known.status === 'open'
    ? [attempted, { type: 'SessionStarted', data: {} }]
    : [attempted];
}

export function blockInteraction(
  session: Session,
  interactionSid: string,
  interaction: Interaction | null,
): SessionEvent[] {
  requireExisting(session);
  if (requireInteraction(interaction).outboundStatus !== null) return [];
  return [{ type: 'InteractionBlocked', data: { interactionSid } }];
}

export interface LegChange {
  readonly leg: 'inbound' | 'outbound';
  readonly status: LegStatus;
  readonly resourceSid: string | null;
  readonly resourceUrl: string | null;
}

/** The carrier reports in any order and more than once: what is older than what is known says nothing new, now and later. */
export function isLegNews(interaction: Interaction, { leg, status, resourceSid }: LegChange): boolean {
  const { inboundStatus, outboundStatus, outboundResourceSid } = interaction;
  if (legMayBecome(leg === 'inbound' ? inboundStatus : outboundStatus, status)) return true;
  return leg === 'outbound' && resourceSid !== null && outboundResourceSid === null;
}

export function changeLegStatus(
  session: Session,
  interactionSid: string,
  interaction: Interaction | null,
  change: LegChange,
): SessionEvent[] {
  requireExisting(session);
  const known = requireInteraction(interaction);
  if (!isLegNews(known, change)) return [];
  const before = change.leg === 'inbound' ? known.inboundStatus : known.outboundStatus;
  const mayBecome = legMayBecome(before, change.status);
  const { leg, resourceSid, resourceUrl } = change;
  // An answer that comes after the first report of the same leg brings its SID, not its status.
  const status = mayBecome || before === null ? change.status : before;
  return [
    { type: 'InteractionLegStatusChanged', data: { interactionSid, leg, status, resourceSid, resourceUrl } },
  ];
}

export function completeInteraction(
  session: Session,
  interactionSid: string,
  interaction: Interaction | null,
  duration: number | null,
): SessionEvent[] {
  requireExisting(session);
  if (requireInteraction(interaction).inboundStatus === 'completed') return [];
  return [{ type: 'InteractionCompleted', data: { interactionSid, duration } }];
}

export function deleteInteraction(
  session: Session,
  interactionSid: string,
  interaction: Interaction | null,
): SessionEvent[] {
  requireExisting(session);
  requireInteraction(interaction);
  requireUnheld(session);
  return [{ type: 'InteractionDeleted', data: { interactionSid } }];
}

function requireInteraction(interaction: Interaction | null): Interaction {
  if (interaction === null) throw new DomainError('interaction-not-found', 'there is no such interaction');
  return interaction;
}
