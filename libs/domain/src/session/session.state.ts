import { DomainError } from '../shared/domain-error.js';
import type { Claim, Stream } from '../shared/stream.js';
import type { CloseReason, ExpiryReason, SessionEvent } from './session.events.js';

interface SessionFields {
  readonly serviceSid: string;
  readonly uniqueName: string | null;
  readonly ttl: number;
  readonly dateExpiry: string | null;
  /** From here the ttl is measured: the latest of creation, last interaction and re-opening. */
  readonly idleSince: string;
}

export type ActiveSession = SessionFields & { readonly status: 'open' | 'in-progress' };
export type ClosedSession = SessionFields & { readonly status: 'closed'; readonly reason: CloseReason };

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
    const { serviceSid, uniqueName, ttl, dateExpiry } = event.data;
    return { status: 'open', serviceSid, uniqueName, ttl, dateExpiry, idleSince: occurredAt };
  }
  if (session.status === 'absent' || session.status === 'deleted') return session;
  const { serviceSid, uniqueName, ttl, dateExpiry, idleSince } = session;
  const fields = { serviceSid, uniqueName, ttl, dateExpiry, idleSince };
  switch (event.type) {
    case 'SessionStarted':
      return { ...fields, status: 'in-progress' };
    case 'SessionTtlChanged':
      return { ...session, ttl: event.data.ttl };
    case 'SessionExpiryChanged':
      return { ...session, dateExpiry: event.data.dateExpiry };
    case 'SessionClosed':
    case 'SessionExpired':
      return { ...fields, status: 'closed', reason: event.data.reason };
    case 'SessionReopened':
      return {
        ...fields,
        status: 'in-progress',
        dateExpiry: event.data.dateExpiry,
        // A clock may have been set back since.
        idleSince: occurredAt > idleSince ? occurredAt : idleSince,
      };
    case 'SessionDeleted':
      return { status: 'deleted' };
  }
}

/** A unique name is held by every session that exists, closed ones included. */
function claims(session: Session): Claim[] {
  if (session.status === 'absent' || session.status === 'deleted' || session.uniqueName === null) return [];
  return [{ kind: 'session-name', key: sessionNameKey(session.serviceSid, session.uniqueName) }];
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
  stateSchema: 1,
  initial: { status: 'absent' },
  deleted: { status: 'deleted' },
  evolve,
  claims,
  refusal: (why, claim) => {
    if (why === 'parent') return new DomainError('service-not-found', 'there is no such service');
    if (claim === 'session-name')
      return new DomainError('session-name-taken', 'Session UniqueName must be unique');
    return null;
  },
  parent: (session) => ('serviceSid' in session ? session.serviceSid : null),
  deadline: (session) => (isActive(session) ? expiresAt(session) : null),
  expire: expireSession,
};
