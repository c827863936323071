import { DomainError, type Session } from '#domain';

/** A session under another service than the one in the path is not there. */
export function requireSessionOf(serviceSid: string, session: Session): Session {
  if ('serviceSid' in session && session.serviceSid === serviceSid) return session;
  throw new DomainError('session-not-found', 'there is no such session');
}
