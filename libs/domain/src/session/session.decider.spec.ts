import { describe, expect, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  createSession,
  deleteSession,
  revealIdentifiers,
  updateSession,
  type NewSession,
  type SessionStatus,
} from './session.decider.js';
import type { SessionEvent } from './session.events.js';
import { expireSession, sessionStream, type Session } from './session.state.js';

const { given } = scenario(sessionStream);

const created = '2026-01-01T00:00:00.000Z';
const oneMinuteOn = '2026-01-01T00:01:00.000Z';
const anHourOn = '2026-01-01T01:00:00.000Z';
const tomorrow = '2026-01-02T00:00:00.000Z';

const wish: NewSession = {
  accountSid: 'AC1',
  serviceSid: 'KS1',
  uniqueName: null,
  mode: 'voice-and-message',
  ttl: 0,
  dateExpiry: null,
  status: 'open',
};
const { status: _, ...facts } = wish;

function creation(over: Partial<typeof facts> = {}): SessionEvent {
  return { type: 'SessionCreated', data: { ...facts, ...over } };
}

const started: SessionEvent = { type: 'SessionStarted', data: {} };
const closed: SessionEvent = { type: 'SessionClosed', data: { reason: 'api' } };
const deleted: SessionEvent = { type: 'SessionDeleted', data: {} };
const expired: SessionEvent = { type: 'SessionExpired', data: { reason: 'ttl-expired', at: oneMinuteOn } };
const reopened: SessionEvent = { type: 'SessionReopened', data: { dateExpiry: null } };

const pasts = {
  open: [creation()],
  'in-progress': [creation(), started],
  closed: [creation(), closed],
  expired: [creation({ ttl: 60 }), expired],
  reopened: [creation(), closed, reopened],
} satisfies Record<string, SessionEvent[]>;

describe('createSession', () => {
  it('starts an open session', () => {
    given()
      .when((session) => createSession(session, wish, created))
      .then(creation());
  });

  it('starts one in progress or closed when the caller says so', () => {
    given()
      .when((session) => createSession(session, { ...wish, status: 'in-progress' }, created))
      .then(creation(), started);
    given()
      .when((session) => createSession(session, { ...wish, status: 'closed' }, created))
      .then(creation(), closed);
  });

  it.each([created, '2025-12-31T23:59:59.999Z'])('refuses to end at %s, which has passed', (dateExpiry) => {
    given()
      .when((session) => createSession(session, { ...wish, dateExpiry }, created))
      .thenRefused('parameter-invalid');
  });

  it('needs a fresh sid', () => {
    const again = () => createSession({ status: 'deleted' }, wish, created);
    expect(again).toThrow('a new session needs a fresh sid');
  });
});

// The table of contract §14, row by row: what a caller may ask of a session in each state.
describe('a change of status', () => {
  const allowed: [keyof typeof pasts, SessionStatus, SessionEvent[]][] = [
    ['open', 'open', []],
    ['open', 'in-progress', [started]],
    ['open', 'closed', [closed]],
    ['in-progress', 'in-progress', []],
    ['in-progress', 'closed', [closed]],
    ['reopened', 'in-progress', []],
    ['reopened', 'closed', [closed]],
    ['closed', 'in-progress', [reopened]],
    ['expired', 'in-progress', [reopened]],
  ];

  it.each(allowed)('from %s to %s is allowed', (from, status, events) => {
    given(...pasts[from])
      .when((session) => updateSession(session, { status }, oneMinuteOn))
      .then(...events);
  });

  const unsupported: [keyof typeof pasts, SessionStatus][] = [
    ['open', 'failed'],
    ['open', 'unknown'],
    ['in-progress', 'open'],
    ['in-progress', 'failed'],
    ['in-progress', 'unknown'],
    ['reopened', 'open'],
    ['closed', 'open'],
    ['closed', 'failed'],
    ['closed', 'unknown'],
    ['expired', 'open'],
  ];

  it.each(unsupported)('from %s to %s is not supported', (from, status) => {
    given(...pasts[from])
      .when((session) => updateSession(session, { status }, oneMinuteOn))
      .thenRefused('session-status-unsupported');
  });

  it.each(['closed', 'expired'] as const)('from %s to closed is refused: it is closed', (from) => {
    given(...pasts[from])
      .when((session) => updateSession(session, { status: 'closed' }, oneMinuteOn))
      .thenRefused('session-closed');
  });
});

describe('updateSession', () => {
  it.each(['open', 'in-progress', 'reopened'] as const)(
    'changes ttl and expiry of one that is %s',
    (from) => {
      given(...pasts[from])
        .when((session) => updateSession(session, { ttl: 60, dateExpiry: tomorrow }, oneMinuteOn))
        .then(
          { type: 'SessionTtlChanged', data: { ttl: 60 } },
          { type: 'SessionExpiryChanged', data: { dateExpiry: tomorrow } },
        );
    },
  );

  it('prolongs a session that is in progress, status and all', () => {
    given(...pasts['in-progress'])
      .when((session) => updateSession(session, { dateExpiry: tomorrow, status: 'in-progress' }, oneMinuteOn))
      .then({ type: 'SessionExpiryChanged', data: { dateExpiry: tomorrow } });
  });

  it('clears the expiry date', () => {
    given(creation({ dateExpiry: tomorrow }))
      .when((session) => updateSession(session, { dateExpiry: null }, oneMinuteOn))
      .then({ type: 'SessionExpiryChanged', data: { dateExpiry: null } });
  });

  it('does nothing when everything is so already', () => {
    given(creation({ ttl: 60, dateExpiry: tomorrow }))
      .when((session) =>
        updateSession(session, { ttl: 60, dateExpiry: tomorrow, status: 'open' }, oneMinuteOn),
      )
      .thenNothing();
  });

  it.each(Object.keys(pasts) as (keyof typeof pasts)[])(
    'leaves one that is %s alone when asked nothing',
    (from) => {
      given(...pasts[from])
        .when((session) => updateSession(session, {}, oneMinuteOn))
        .thenNothing();
    },
  );

  it.each(['open', 'closed'] as const)('refuses to end one that is %s in the past', (from) => {
    given(...pasts[from])
      .when((session) => updateSession(session, { dateExpiry: created, status: 'in-progress' }, oneMinuteOn))
      .thenRefused('parameter-invalid');
  });

  it('refuses ttl and expiry of a closed session that is not re-opened', () => {
    given(...pasts.closed)
      .when((session) => updateSession(session, { ttl: 60 }, oneMinuteOn))
      .thenRefused('session-closed');
    given(...pasts.closed)
      .when((session) => updateSession(session, { dateExpiry: tomorrow }, oneMinuteOn))
      .thenRefused('session-closed');
  });

  it('re-opens with a new expiry and ttl, or with no expiry: the old one would end it at once', () => {
    given(creation({ ttl: 60, dateExpiry: oneMinuteOn }), closed)
      .when((session) => updateSession(session, { status: 'in-progress' }, anHourOn))
      .then(reopened);
    given(...pasts.closed)
      .when((session) =>
        updateSession(session, { status: 'in-progress', dateExpiry: tomorrow, ttl: 5 }, anHourOn),
      )
      .then(
        { type: 'SessionReopened', data: { dateExpiry: tomorrow } },
        { type: 'SessionTtlChanged', data: { ttl: 5 } },
      );
  });

  it.each([{ past: [] }, { past: [creation(), deleted] }])(
    'refuses one that is not there (%#)',
    ({ past }) => {
      given(...past)
        .when((session) => updateSession(session, { ttl: 60 }, oneMinuteOn))
        .thenRefused('session-not-found');
    },
  );
});

describe('expireSession', () => {
  const justBefore = '2026-01-01T00:00:59.999Z';

  it('ends a session at its ttl, not a millisecond before', () => {
    given(creation({ ttl: 60 }))
      .when((session) => expireSession(session, justBefore))
      .thenNothing();
    given(creation({ ttl: 60 }))
      .when((session) => expireSession(session, oneMinuteOn))
      .then(expired);
  });

  it('says when the deadline was, however late it is noticed', () => {
    given(creation({ ttl: 60 }), started)
      .when((session) => expireSession(session, tomorrow))
      .then(expired);
  });

  it('lets an expiry date win over the ttl, be it earlier or later', () => {
    given(creation({ ttl: 60, dateExpiry: anHourOn }))
      .when((session) => expireSession(session, oneMinuteOn))
      .thenNothing();
    given(creation({ ttl: 86_400, dateExpiry: anHourOn }))
      .when((session) => expireSession(session, anHourOn))
      .then({ type: 'SessionExpired', data: { reason: 'date-expiry', at: anHourOn } });
  });

  it('falls back to the ttl when the expiry date is cleared', () => {
    given(creation({ ttl: 60, dateExpiry: anHourOn }), {
      type: 'SessionExpiryChanged',
      data: { dateExpiry: null },
    })
      .when((session) => expireSession(session, oneMinuteOn))
      .then(expired);
  });

  it('measures the ttl of a re-opened session from the re-opening', () => {
    const again = given(creation({ ttl: 60 }), expired).at(anHourOn, reopened);
    again.when((session) => expireSession(session, '2026-01-01T01:00:59.999Z')).thenNothing();
    again
      .when((session) => expireSession(session, '2026-01-01T01:01:00.000Z'))
      .then({ type: 'SessionExpired', data: { reason: 'ttl-expired', at: '2026-01-01T01:01:00.000Z' } });
  });

  it('takes a changed ttl from the same start', () => {
    given(creation({ ttl: 60 }))
      .at('2026-01-01T00:00:50.000Z', { type: 'SessionTtlChanged', data: { ttl: 30 } })
      .when((session) => expireSession(session, oneMinuteOn))
      .then({ type: 'SessionExpired', data: { reason: 'ttl-expired', at: '2026-01-01T00:00:30.000Z' } });
  });

  it('never ends a session without ttl and expiry date', () => {
    given(creation())
      .when((session) => expireSession(session, '9999-12-31T23:59:59.999Z'))
      .thenNothing();
  });

  it.each([[[]], [pasts.closed], [pasts.expired], [[creation({ ttl: 60 }), deleted]]])(
    'does nothing to a session that has ended (%#)',
    (past) => {
      given(...past)
        .when((session) => expireSession(session, tomorrow))
        .thenNothing();
    },
  );
});

describe('deleteSession', () => {
  it.each(Object.keys(pasts) as (keyof typeof pasts)[])('ends one that is %s for good', (from) => {
    given(...pasts[from])
      .when(deleteSession)
      .then(deleted);
    given(...pasts[from], deleted).thenState({ status: 'deleted' });
  });

  it('refuses one that is not there', () => {
    given().when(deleteSession).thenRefused('session-not-found');
    given(creation(), deleted).when(deleteSession).thenRefused('session-not-found');
  });
});

describe('revealIdentifiers', () => {
  const revealed: SessionEvent = { type: 'IdentifiersRevealed', data: { reason: 'a bag' } };

  it.each(Object.keys(pasts) as (keyof typeof pasts)[])(
    'records why, and changes nothing of one that is %s',
    (from) => {
      given(...pasts[from])
        .when((session) => revealIdentifiers(session, 'a bag'))
        .then(revealed);
      const before = pasts[from].reduce<Session>(
        (session, event) => sessionStream.evolve(session, event, created),
        sessionStream.initial,
      );
      expect(sessionStream.evolve(before, revealed, anHourOn)).toEqual(before);
    },
  );

  it('refuses one that is not there, or is no more', () => {
    given()
      .when((session) => revealIdentifiers(session, 'a bag'))
      .thenRefused('session-not-found');
    given(creation(), deleted)
      .when((session) => revealIdentifiers(session, 'a bag'))
      .thenRefused('session-not-found');
  });
});

describe('the name of a session', () => {
  const named: Session = {
    status: 'open',
    serviceSid: 'KS1',
    uniqueName: 'order 1',
    mode: 'voice-and-message',
    ttl: 0,
    dateExpiry: null,
    idleSince: created,
    participants: [],
    removed: [],
  };

  it('is held within its service as long as the session exists, closed ones included', () => {
    const held = [{ kind: 'session-name', key: 'KS1/order 1' }];
    expect(sessionStream.claims?.(named)).toEqual(held);
    expect(sessionStream.claims?.({ ...named, status: 'closed', reason: 'api' })).toEqual(held);
    expect(sessionStream.claims?.({ status: 'deleted' })).toEqual([]);
    expect(sessionStream.claims?.({ ...named, uniqueName: null })).toEqual([]);
  });

  it('is refused in the words of the model', () => {
    expect(sessionStream.refusal?.('taken', 'session-name')).toMatchObject({ code: 'session-name-taken' });
    expect(sessionStream.refusal?.('parent', null)).toMatchObject({ code: 'service-not-found' });
    expect(sessionStream.refusal?.('limit', 'session-name')).toMatchObject({ code: 'session-name-taken' });
    expect(sessionStream.refusal?.('taken', 'another-name')).toBeNull();
  });
});

describe('what the store needs to know of a session', () => {
  it('is live only with its service', () => {
    expect(sessionStream.parent?.({ status: 'absent' })).toBeNull();
    expect(sessionStream.parent?.({ status: 'deleted' })).toBeNull();
    given(creation())
      .when((session) => {
        expect(sessionStream.parent?.(session)).toBe('KS1');
        return [];
      })
      .thenNothing();
  });
});
