import { describe, expect, it } from '@jest/globals';
import { limitIdle } from './idle-limit.js';
import { createSession, updateSession, type NewSession } from './session.decider.js';
import { sessionStream, type Session } from './session.state.js';

const now = '2026-01-01T00:00:00.000Z';
const days90 = 90 * 86_400;
const wish: NewSession = {
  accountSid: 'AC1',
  serviceSid: 'KS1',
  uniqueName: null,
  mode: 'voice-only',
  ttl: 0,
  dateExpiry: null,
  status: 'open',
};
const limited = { type: 'SessionTtlChanged', data: { ttl: days90 } };

function created(more: Partial<NewSession> = {}) {
  return createSession(sessionStream.initial, { ...wish, ...more }, now);
}

function sessionOf(more: Partial<NewSession> = {}): Session {
  return created(more).reduce(
    (session: Session, event) => sessionStream.evolve(session, event, now),
    sessionStream.initial,
  );
}

describe('limitIdle', () => {
  it('lets a session go on for ever where nobody wants a limit', () => {
    expect(limitIdle(sessionStream.initial, created(), now, 0)).toEqual(created());
  });

  it('gives a new session a ttl that has neither ttl nor expiry date', () => {
    expect(limitIdle(sessionStream.initial, created(), now, days90)).toEqual([...created(), limited]);
  });

  it.each([{ ttl: 60 }, { dateExpiry: '2027-01-01T00:00:00.000Z' }, { status: 'closed' as const }])(
    'leaves one alone that ends by itself, or has ended: %j',
    (more) => {
      expect(limitIdle(sessionStream.initial, created(more), now, days90)).toEqual(created(more));
    },
  );

  it.each([
    ['loses its ttl', sessionOf({ ttl: 60 }), { ttl: 0 }],
    ['loses its expiry date', sessionOf({ dateExpiry: '2027-01-01T00:00:00.000Z' }), { dateExpiry: null }],
    ['is opened again without one', sessionOf({ status: 'closed' }), { status: 'in-progress' as const }],
  ])('gives a session a ttl that %s', (_, session, update) => {
    const events = updateSession(session, update, now);
    expect(limitIdle(session, events, now, days90)).toEqual([...events, limited]);
  });

  it('does not touch a session that nobody changes, also one of before there was a limit', () => {
    expect(limitIdle(sessionOf(), [], now, days90)).toEqual([]);
  });
});
