import type { SessionEvent } from './session.events.js';
import { expiresAt, isActive, sessionStream, type Session } from './session.state.js';

/**
 * Gives a session that would never end by itself a ttl, where an operator wants that: Twilio's pages contradict each other on
 * whether a ttl of 0 is no limit (the API reference) or 90 days (error 80904). With 0 seconds it may go on for ever.
 */
export function limitIdle(
  session: Session,
  events: SessionEvent[],
  now: string,
  seconds: number,
): SessionEvent[] {
  if (seconds === 0 || events.length === 0) return events;
  const after = events.reduce((state, event) => sessionStream.evolve(state, event, now), session);
  if (!isActive(after) || expiresAt(after) !== null) return events;
  return [...events, { type: 'SessionTtlChanged', data: { ttl: seconds } }];
}
