import { DomainError } from '../shared/domain-error.js';
import type { Personal } from '../shared/erased.js';
import { heldElsewhere, sessionHeld } from '../shared/legal-hold.js';
import type { Claim, NumberUse, Stream } from '../shared/stream.js';
import type { CloseReason, ExpiryReason, SessionEvent, SessionMode } from './session.events.js';
import { pairKey } from './pair.js';

/** Somebody who is in the session now. */
export interface Participant {
  readonly sid: string;
  readonly identifier: Personal<string>;
  readonly proxyIdentifier: string;
}

interface SessionFields {
  readonly serviceSid: string;
  readonly uniqueName: string | null;
  readonly mode: SessionMode;
  readonly ttl: number;
  readonly dateExpiry: string | null;
  /** From here the ttl is measured: the latest of creation, last interaction and re-opening. */
  readonly idleSince: string;
  readonly participants: readonly Participant[];
  /** Identifiers of those who were removed: they may not come back. */
  readonly removed: readonly Personal<string>[];
  /** Nothing of it is deleted. */
  readonly isHeld: boolean;
}

export type ActiveSession = SessionFields & { readonly status: 'open' | 'in-progress' };
export type ClosedSession = SessionFields & {
  readonly status: 'closed';
  readonly reason: CloseReason;
  readonly endedAt: string;
};

export type Session =
  { readonly status: 'absent' } | ActiveSession | ClosedSession | { readonly status: 'deleted' };

export function isActive(session: Session): session is ActiveSession {
  return session.status === 'open' || session.status === 'in-progress';
}

/** When an active session ends by itself, or null. The rule of contract §14.1: an expiry date wins over the ttl. */
export function expiresAt(session: Pick<SessionFields, 'ttl' | 'dateExpiry' | 'idleSince'>): string | null {
  if (session.dateExpiry !== null) return session.dateExpiry;
  if (session.ttl > 0) return new Date(Date.parse(session.idleSince) + session.ttl * 1000).toISOString();
  return null;
}

export function expiryReason(session: Pick<SessionFields, 'dateExpiry'>): ExpiryReason {
  return session.dateExpiry === null ? 'ttl-expired' : 'date-expiry';
}

function evolve(session: Session, event: SessionEvent, occurredAt: string): Session {
  if (event.type === 'SessionCreated') {
    const { serviceSid, uniqueName, mode, ttl, dateExpiry } = event.data;
    return {
      status: 'open',
      serviceSid,
      uniqueName,
      mode,
      ttl,
      dateExpiry,
      idleSince: occurredAt,
      participants: [],
      removed: [],
      isHeld: false,
    };
  }
  if (session.status === 'absent' || session.status === 'deleted') return session;
  switch (event.type) {
    case 'SessionStarted':
      return { ...fieldsOf(session), status: 'in-progress' };
    case 'SessionTtlChanged':
      return { ...session, ttl: event.data.ttl };
    case 'SessionExpiryChanged':
      return { ...session, dateExpiry: event.data.dateExpiry };
    case 'SessionClosed':
      return { ...fieldsOf(session), status: 'closed', reason: event.data.reason, endedAt: occurredAt };
    case 'SessionExpired':
      return { ...fieldsOf(session), status: 'closed', reason: event.data.reason, endedAt: event.data.at };
    case 'SessionReopened':
      return {
        ...fieldsOf(session),
        status: 'in-progress',
        dateExpiry: event.data.dateExpiry,
        idleSince: later(session.idleSince, occurredAt),
      };
    case 'SessionDeleted':
      return { status: 'deleted' };
    case 'ParticipantAdded': {
      const { participantSid: sid, identifier, proxyIdentifier } = event.data;
      return {
        ...session,
        participants: [...session.participants, { sid, identifier, proxyIdentifier }],
      };
    }
    case 'ParticipantRemoved': {
      const isGone = ({ sid }: Participant) => sid === event.data.participantSid;
      return {
        ...session,
        participants: session.participants.filter((participant) => !isGone(participant)),
        removed: [
          ...session.removed,
          ...session.participants.filter(isGone).map(({ identifier }) => identifier),
        ],
      };
    }
    case 'InteractionStarted':
    case 'InteractionCompleted':
      return { ...session, idleSince: later(session.idleSince, occurredAt) };
    case 'SessionHoldPlaced':
      return { ...session, isHeld: true };
    case 'SessionHoldReleased':
      return { ...session, isHeld: false };
    case 'ForwardAttempted':
    case 'InteractionLegStatusChanged':
    case 'InteractionBlocked':
    case 'InteractionDeleted':
    case 'IdentifiersRevealed':
      return session;
  }
}

/** What a session keeps whatever its status; by name, so that a reason to be closed is left behind. */
function fieldsOf(session: SessionFields): SessionFields {
  const { serviceSid, uniqueName, mode, ttl, dateExpiry, idleSince, participants, removed, isHeld } = session;
  return { serviceSid, uniqueName, mode, ttl, dateExpiry, idleSince, participants, removed, isHeld };
}

/** A clock may have been set back since. */
function later(a: string, b: string): string {
  return b > a ? b : a;
}

/**
 * A unique name is held by every session that exists, closed ones included, and so is what keeps it from being deleted; a
 * person's number together with the proxy number that they use only while the session is active.
 */
function claims(session: Session, id: string): Claim[] {
  if (session.status === 'absent' || session.status === 'deleted') return [];
  const { serviceSid, uniqueName, participants, isHeld } = session;
  const held: Claim[] =
    uniqueName === null ? [] : [{ kind: 'session-name', key: sessionNameKey(serviceSid, uniqueName) }];
  if (isHeld) held.push(...sessionHeld(serviceSid, id));
  if (!isActive(session)) return held;
  for (const { proxyIdentifier, identifier } of participants) {
    // Erased only when the session is gone, which holds nothing.
    if (typeof identifier === 'string') {
      held.push({ kind: 'pair', key: pairKey(serviceSid, proxyIdentifier, identifier) });
    }
  }
  return held;
}

/** Two participants may have the same number: it is used once. */
function uses(session: Session): readonly NumberUse[] {
  if (!isActive(session) || session.participants.length === 0) return [];
  const { serviceSid, participants } = session;
  // As with the pairs that are held.
  const known = participants.filter(({ identifier }) => typeof identifier === 'string');
  return Array.from(new Set(known.map(({ proxyIdentifier }) => proxyIdentifier)), (number) => ({
    serviceSid,
    number,
  }));
}

/** Names are unique within a service, so the key of the claim starts with the service. */
function sessionNameKey(serviceSid: string, uniqueName: string): string {
  return `${serviceSid}/${uniqueName}`;
}

/**
 * Ends a session whose deadline has passed; nothing when it has not, so that a timer may come early or twice. It is part of the
 * stream, for no other decision is made on an overdue session before this one.
 */
export function expireSession(session: Session, now: string): SessionEvent[] {
  const at = isActive(session) ? expiresAt(session) : null;
  if (!isActive(session) || at === null || at > now) return [];
  return [{ type: 'SessionExpired', data: { reason: expiryReason(session), at } }];
}

export const sessionStream: Stream<Session, SessionEvent> = {
  category: 'session',
  prefix: 'KC',
  stateSchema: 3,
  initial: { status: 'absent' },
  deleted: { status: 'deleted' },
  evolve,
  claims,
  uses,
  refusal: (why, claim, between) => {
    if (why === 'parent') return new DomainError('service-not-found', 'there is no such service');
    if (why === 'moved')
      return new DomainError('proxy-identifier-moved', 'the pool of the proxy number has changed');
    if (claim === 'session-name')
      return new DomainError('session-name-taken', 'Session UniqueName must be unique');
    if (claim === 'pair')
      return new DomainError('proxy-identifier-taken', 'another active session has this pair of numbers');
    return heldElsewhere(claim, between);
  },
  parent: (session) => ('serviceSid' in session ? session.serviceSid : null),
  deadline: (session) => (isActive(session) ? expiresAt(session) : null),
  expire: expireSession,
  personal: {
    ParticipantAdded: { fields: ['identifier', 'friendlyName'] },
    // A reason may name somebody.
    IdentifiersRevealed: { fields: ['reason'] },
    SessionHoldPlaced: { fields: ['reason'] },
    SessionHoldReleased: { fields: ['reason'] },
    InteractionStarted: {
      fields: ['body', 'mediaUrls'],
      subject: ({ interactionSid }) => interactionSid,
    },
    InteractionCompleted: { fields: ['duration'], subject: ({ interactionSid }) => interactionSid },
    InteractionDeleted: { erases: ({ interactionSid }) => interactionSid },
  },
};
