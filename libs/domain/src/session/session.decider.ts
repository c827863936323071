import { DomainError, parameterInvalid } from '../shared/domain-error.js';
import { alreadyHeld, notHeld, sessionIsHeld } from '../shared/legal-hold.js';
import type { ParticipantAdded, SessionCreated, SessionEvent, SessionMode } from './session.events.js';
import { isActive, type ActiveSession, type ClosedSession, type Session } from './session.state.js';

// Decisions are pure: the session as it is and what is asked go in, events come out or a DomainError is thrown.
// Time, sids and what comes from elsewhere arrive as arguments.

const DAY = 24 * 60 * 60 * 1000;

/** Every status that the wire knows; a session of ours is never `failed` or `unknown`. */
export type SessionStatus = 'open' | 'in-progress' | 'closed' | 'failed' | 'unknown';

export interface NewSession {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly uniqueName: string | null;
  readonly mode: SessionMode;
  readonly ttl: number;
  readonly dateExpiry: string | null;
  readonly status: 'open' | 'in-progress' | 'closed';
}

/** What an update asks for; what is left out stays as it is, `dateExpiry: null` clears it. */
export interface SessionUpdate {
  readonly ttl?: number;
  readonly dateExpiry?: string | null;
  readonly status?: SessionStatus;
}

/** Its participants come with it or not at all; those of a session that is created closed hold no numbers. */
export function createSession(
  session: Session,
  wish: NewSession,
  now: string,
  participants: readonly ParticipantAdded[] = [],
): SessionEvent[] {
  if (session.status !== 'absent') throw new Error('a new session needs a fresh sid');
  refuseThePast(wish.dateExpiry, now);
  const { accountSid, serviceSid, uniqueName, mode, ttl, dateExpiry, status } = wish;
  const created: SessionCreated = {
    type: 'SessionCreated',
    data: { accountSid, serviceSid, uniqueName, mode, ttl, dateExpiry },
  };
  switch (status) {
    case 'open':
      return [created, ...participants];
    case 'in-progress':
      return [created, ...participants, { type: 'SessionStarted', data: {} }];
    case 'closed':
      return [created, ...participants, { type: 'SessionClosed', data: { reason: 'api' } }];
  }
}

export function updateSession(session: Session, wish: SessionUpdate, now: string): SessionEvent[] {
  const known = requireExisting(session);
  if (wish.dateExpiry != null) refuseThePast(wish.dateExpiry, now);
  return isActive(known) ? updateActive(known, wish) : updateClosed(known, wish);
}

function updateActive(session: ActiveSession, wish: SessionUpdate): SessionEvent[] {
  const events: SessionEvent[] = [];
  if (wish.ttl !== undefined && wish.ttl !== session.ttl) {
    events.push({ type: 'SessionTtlChanged', data: { ttl: wish.ttl } });
  }
  if (wish.dateExpiry !== undefined && wish.dateExpiry !== session.dateExpiry) {
    events.push({ type: 'SessionExpiryChanged', data: { dateExpiry: wish.dateExpiry } });
  }
  // Its own status is no change: callers prolong a session with DateExpiry and Status=in-progress.
  if (wish.status === undefined || wish.status === session.status) return events;
  switch (wish.status) {
    case 'in-progress':
      return [...events, { type: 'SessionStarted', data: {} }];
    case 'closed':
      return [...events, { type: 'SessionClosed', data: { reason: 'api' } }];
    case 'open':
    case 'failed':
    case 'unknown':
      throw statusUnsupported();
  }
}

function updateClosed(session: ClosedSession, wish: SessionUpdate): SessionEvent[] {
  if (wish.status === undefined) {
    if (wish.ttl === undefined && wish.dateExpiry === undefined) return [];
    throw closed();
  }
  switch (wish.status) {
    case 'in-progress': {
      const reopened: SessionEvent = {
        type: 'SessionReopened',
        data: { dateExpiry: wish.dateExpiry ?? null },
      };
      if (wish.ttl === undefined || wish.ttl === session.ttl) return [reopened];
      return [reopened, { type: 'SessionTtlChanged', data: { ttl: wish.ttl } }];
    }
    case 'open':
    case 'failed':
    case 'unknown':
      throw statusUnsupported();
    case 'closed':
      throw closed();
  }
}

export function deleteSession(session: Session): SessionEvent[] {
  requireUnheld(session);
  return [{ type: 'SessionDeleted', data: {} }];
}

/**
 * Deletes what has been closed for so many days. Nothing for any other: it was opened again meanwhile, put on hold, or
 * somebody else was faster.
 */
export function retireSession(session: Session, days: number, now: string): SessionEvent[] {
  if (session.status !== 'closed' || session.isHeld) return [];
  if (Date.parse(session.endedAt) + days * DAY > Date.parse(now)) return [];
  return [{ type: 'SessionDeleted', data: {} }];
}

/** A second hold would lose its reason: there is one at a time. */
export function placeSessionHold(session: Session, reason: string): SessionEvent[] {
  if (requireExisting(session).isHeld) throw alreadyHeld();
  return [{ type: 'SessionHoldPlaced', data: { reason } }];
}

export function releaseSessionHold(session: Session, reason: string): SessionEvent[] {
  if (!requireExisting(session).isHeld) throw notHeld();
  return [{ type: 'SessionHoldReleased', data: { reason } }];
}

/** Closed sessions too: their participants are known until they are deleted. */
export function revealIdentifiers(session: Session, reason: string): SessionEvent[] {
  requireExisting(session);
  return [{ type: 'IdentifiersRevealed', data: { reason } }];
}

export function requireExisting(session: Session): ActiveSession | ClosedSession {
  if (session.status === 'absent' || session.status === 'deleted') {
    throw new DomainError('session-not-found', 'there is no such session');
  }
  return session;
}

/** For what would delete the session, or a record in it. */
export function requireUnheld(session: Session): ActiveSession | ClosedSession {
  const known = requireExisting(session);
  if (known.isHeld) throw sessionIsHeld();
  return known;
}

export function requireActive(session: Session): ActiveSession {
  const known = requireExisting(session);
  if (!isActive(known)) throw closed();
  return known;
}

function refuseThePast(dateExpiry: string | null, now: string): void {
  if (dateExpiry !== null && dateExpiry <= now) throw parameterInvalid('DateExpiry', 'It is in the past.');
}

function closed(): DomainError {
  return new DomainError('session-closed', 'Session is closed and cannot be updated');
}

function statusUnsupported(): DomainError {
  return new DomainError(
    'session-status-unsupported',
    'Session status change not supported. To re-open a session, choose In Progress. To close a session, choose Closed.',
  );
}
