import { describe, expect, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  createSession,
  deleteSession,
  placeSessionHold,
  releaseSessionHold,
  retireSession,
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

const held: SessionEvent = { type: 'SessionHoldPlaced', data: { reason: 'a case' } };
const freed: SessionEvent = { type: 'SessionHoldReleased', data: { reason: 'it is over' } };

describe('a legal hold on a session', () => {
  it.each(Object.keys(pasts) as (keyof typeof pasts)[])(
    'keeps one that is %s until it is released',
    (from) => {
      const past = pasts[from];
      given(...past)
        .when((session) => placeSessionHold(session, 'a case'))
        .then(held);
      given(...past, held)
        .when(deleteSession)
        .thenRefused('legal-hold');
      given(...past, held)
        .when((session) => placeSessionHold(session, 'another'))
        .thenRefused('legal-hold-exists');
      given(...past, held)
        .when((session) => releaseSessionHold(session, 'it is over'))
        .then(freed);
      given(...past, held, freed)
        .when(deleteSession)
        .then(deleted);
      given(...past, held, freed)
        .when((session) => releaseSessionHold(session, 'it is over'))
        .thenRefused('legal-hold-not-found');
    },
  );

  it('lets it be closed, expired and opened again, and stays', () => {
    given(creation({ ttl: 60 }), held)
      .when((session) => expireSession(session, anHourOn))
      .then(expired);
    for (const past of [[closed], [expired], [closed, reopened]]) {
      given(creation({ ttl: 60 }), held, ...past)
        .when(deleteSession)
        .thenRefused('legal-hold');
    }
  });

  it('is of a session that is there', () => {
    for (const past of [[], [creation(), deleted]]) {
      given(...past)
        .when((session) => placeSessionHold(session, 'a case'))
        .thenRefused('session-not-found');
      given(...past)
        .when((session) => releaseSessionHold(session, 'it is over'))
        .thenRefused('session-not-found');
    }
  });

  it('stands in the way of its service and its own end as claims', () => {
    const claims = [creation(), held].reduce<Session>(
      (session, event) => sessionStream.evolve(session, event, created),
      sessionStream.initial,
    );
    expect(sessionStream.claims?.(claims, 'KC1')).toEqual([
      { kind: 'legal-hold', key: 'KC1' },
      { kind: 'legal-hold-below', key: 'KS1/KC1' },
    ]);
  });
});

describe('retireSession', () => {
  const aDayAfter = '2026-01-02T00:01:00.000Z';
  const almost = '2026-01-02T00:00:59.999Z';
  const retire = (days: number, now: string) => (session: Session) => retireSession(session, days, now);

  it('deletes what has been closed for so many days, and nothing before', () => {
    given(creation()).at(oneMinuteOn, closed).when(retire(1, aDayAfter)).then(deleted);
    given(creation()).at(oneMinuteOn, closed).when(retire(1, almost)).thenNothing();
    given(creation()).at(oneMinuteOn, closed).when(retire(2, aDayAfter)).thenNothing();
  });

  it('counts from the deadline of one that ended by itself, however late that was noticed', () => {
    given(creation({ ttl: 60 }))
      .at(anHourOn, expired)
      .when(retire(1, aDayAfter))
      .then(deleted);
    given(creation({ ttl: 60 }))
      .at(anHourOn, expired)
      .when(retire(1, almost))
      .thenNothing();
  });

  it.each([
    ['is not there', []],
    ['is open', [creation()]],
    ['runs', [creation(), started]],
    ['was opened again', [creation(), closed, reopened]],
    ['is on hold', [creation(), closed, held]],
    ['is deleted', [creation(), closed, deleted]],
  ] as const)('leaves alone what %s', (_, past) => {
    given(...past)
      .when(retire(1, '2027-01-01T00:00:00.000Z'))
      .thenNothing();
  });
});

const between = { id: 'KC1', holder: 'KC2' };

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
    isHeld: false,
  };

  it('is held within its service as long as the session exists, closed ones included', () => {
    const held = [{ kind: 'session-name', key: 'KS1/order 1' }];
    expect(sessionStream.claims?.(named, 'KC1')).toEqual(held);
    expect(
      sessionStream.claims?.({ ...named, status: 'closed', reason: 'api', endedAt: created }, 'KC1'),
    ).toEqual(held);
    expect(sessionStream.claims?.({ status: 'deleted' }, 'KC1')).toEqual([]);
    expect(sessionStream.claims?.({ ...named, uniqueName: null }, 'KC1')).toEqual([]);
  });

  it('is refused in the words of the model', () => {
    expect(sessionStream.refusal?.('taken', 'session-name', between)).toMatchObject({
      code: 'session-name-taken',
    });
    expect(sessionStream.refusal?.('parent', null, between)).toMatchObject({ code: 'service-not-found' });
    expect(sessionStream.refusal?.('limit', 'session-name', between)).toMatchObject({
      code: 'session-name-taken',
    });
    expect(sessionStream.refusal?.('taken', 'another-name', between)).toBeNull();
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
