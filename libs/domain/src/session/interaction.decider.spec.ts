import { describe, expect, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  attemptForward,
  blockInteraction,
  changeLegStatus,
  completeInteraction,
  createSessionWith,
  deleteInteraction,
  partnerOf,
  startInteraction,
  type Interaction,
  type NewInteraction,
} from './interaction.decider.js';
import type { SessionEvent, SessionMode } from './session.events.js';
import { isActive, sessionStream, type Session } from './session.state.js';

const { given } = scenario(sessionStream);
const place = { accountSid: 'AC1', serviceSid: 'KS1' };

function creation(mode: SessionMode = 'voice-and-message', ttl = 0): SessionEvent {
  return { type: 'SessionCreated', data: { ...place, uniqueName: null, mode, ttl, dateExpiry: null } };
}

function added(participantSid: string, identifier: string): SessionEvent {
  return {
    type: 'ParticipantAdded',
    data: {
      ...place,
      participantSid,
      identifier,
      friendlyName: null,
      proxyIdentifier: '+15005550010',
      proxyIdentifierSid: 'PN10',
    },
  };
}

const alice = added('KP1', '+15005550001');
const bob = added('KP2', '+15005550002');
const closed: SessionEvent = { type: 'SessionClosed', data: { reason: 'api' } };
const started: SessionEvent = { type: 'SessionStarted', data: {} };
const two = [creation(), alice, bob];

const message: NewInteraction = {
  ...place,
  interactionSid: 'KI1',
  type: 'message',
  inbound: { participantSid: 'KP1', resourceSid: 'SM1', resourceUrl: null },
  outboundParticipantSid: 'KP2',
  body: 'hello',
  mediaUrls: null,
};
const arrived: SessionEvent = { type: 'InteractionStarted', data: message };

/** As it stands before anything was done about it. */
const waiting: Interaction = {
  type: 'message',
  inboundStatus: 'delivered',
  outboundStatus: null,
  outboundResourceSid: null,
  attempts: 0,
};

describe('startInteraction', () => {
  it('starts an open session, unless somebody may still say no', () => {
    given(...two)
      .when((session) => startInteraction(session, message, false))
      .then(arrived, started);
    given(...two)
      .when((session) => startInteraction(session, message, true))
      .then(arrived);
    given(...two, started)
      .when((session) => startInteraction(session, message, false))
      .then(arrived);
  });

  it('measures the ttl anew', () => {
    const anHourOn = '2026-01-01T01:00:00.000Z';
    given(creation('voice-and-message', 60), alice, bob)
      .at(anHourOn, arrived)
      .when((session) => {
        expect(isActive(session) && sessionStream.deadline?.(session)).toBe('2026-01-01T01:01:00.000Z');
        return [];
      })
      .thenNothing();
  });

  it.each([
    ['voice-only', 'message'],
    ['message-only', 'voice'],
  ] as const)('refuses in a %s session: %s', (mode, type) => {
    given(creation(mode), alice, bob)
      .when((session) => startInteraction(session, { ...message, type }, false))
      .thenRefused('identifier-unsupported');
  });

  it('refuses a session that is closed, and who is not in it', () => {
    given(...two, closed)
      .when((session) => startInteraction(session, message, false))
      .thenRefused('session-closed');
    given(creation(), alice)
      .when((session) => startInteraction(session, message, false))
      .thenRefused('participant-not-found');
    given(creation(), bob)
      .when((session) => startInteraction(session, message, false))
      .thenRefused('participant-not-found');
  });

  it('leaves nothing in the state, however many there are', () => {
    const state = (events: readonly SessionEvent[]) =>
      events.reduce(
        (before: Session, event) => sessionStream.evolve(before, event, '2026-01-01T00:00:00.000Z'),
        sessionStream.initial,
      );
    const many = Array.from({ length: 10_000 }, (): SessionEvent => arrived);
    expect(state([...two, ...many])).toEqual(state(two));
  });
});

describe('createSessionWith', () => {
  it('makes a session, its participants and the interaction at once', () => {
    const wish = { ...place, uniqueName: null, mode: 'voice-and-message', ttl: 0, dateExpiry: null } as const;
    const participants = [alice, bob].filter((event) => event.type === 'ParticipantAdded');
    given()
      .when(() =>
        createSessionWith(
          { ...wish, status: 'open' },
          participants,
          message,
          false,
          '2026-01-01T00:00:00.000Z',
        ),
      )
      .then(creation(), alice, bob, arrived, started);
  });
});

describe('partnerOf', () => {
  it('is the other one, or nobody', () => {
    const partnerAfter = (...events: SessionEvent[]) => {
      const session = events.reduce(
        (before: Session, event) => sessionStream.evolve(before, event, '2026-01-01T00:00:00.000Z'),
        sessionStream.initial,
      );
      return isActive(session) ? partnerOf(session, 'KP1')?.sid : undefined;
    };
    expect(partnerAfter(...two)).toBe('KP2');
    expect(partnerAfter(creation(), alice)).toBeUndefined();
  });
});

describe('attemptForward', () => {
  const attempted = (attempt: number): SessionEvent => ({
    type: 'ForwardAttempted',
    data: { interactionSid: 'KI1', attempt },
  });

  it('counts, and starts the session if nothing has before', () => {
    given(...two, arrived)
      .when((session) => attemptForward(session, 'KI1', waiting, 0))
      .then(attempted(1), started);
    given(...two, arrived, started)
      .when((session) => attemptForward(session, 'KI1', { ...waiting, attempts: 2 }, 2))
      .then(attempted(3));
  });

  it('goes on though the session has ended since', () => {
    given(...two, arrived, started, closed)
      .when((session) => attemptForward(session, 'KI1', waiting, 0))
      .then(attempted(1));
  });

  it.each([
    ['was blocked', { outboundStatus: 'canceled' }],
    ['is with the carrier', { outboundStatus: 'queued', outboundResourceSid: 'SM2' }],
    ['may be with the carrier', { outboundStatus: 'unknown' }],
    ['is tried by somebody else', { attempts: 1 }],
  ] as const)('does nothing once it %s', (_, over) => {
    given(...two, arrived)
      .when((session) => attemptForward(session, 'KI1', { ...waiting, ...over }, 0))
      .thenNothing();
  });

  it('refuses what is not there', () => {
    given(...two)
      .when((session) => attemptForward(session, 'KI1', null, 0))
      .thenRefused('interaction-not-found');
    given()
      .when((session) => attemptForward(session, 'KI1', waiting, 0))
      .thenRefused('session-not-found');
  });
});

describe('blockInteraction', () => {
  it('blocks what nobody has yet, once', () => {
    given(...two, arrived)
      .when((session) => blockInteraction(session, 'KI1', waiting))
      .then({ type: 'InteractionBlocked', data: { interactionSid: 'KI1' } });
    given(...two, arrived)
      .when((session) => blockInteraction(session, 'KI1', { ...waiting, outboundStatus: 'canceled' }))
      .thenNothing();
  });
});

describe('changeLegStatus', () => {
  const change = { leg: 'outbound', status: 'sent', resourceSid: 'SM2', resourceUrl: null } as const;
  const changed = (over: object = {}): SessionEvent => ({
    type: 'InteractionLegStatusChanged',
    data: { interactionSid: 'KI1', ...change, ...over },
  });

  it('notes the first status and each later one', () => {
    given(...two, arrived)
      .when((session) => changeLegStatus(session, 'KI1', waiting, change))
      .then(changed());
    const sent = { ...waiting, outboundStatus: 'sent', outboundResourceSid: 'SM2' } as const;
    given(...two, arrived)
      .when((session) => changeLegStatus(session, 'KI1', sent, { ...change, status: 'delivered' }))
      .then(changed({ status: 'delivered' }));
  });

  it('ignores what it knows and what comes late', () => {
    const sent = { ...waiting, outboundStatus: 'sent', outboundResourceSid: 'SM2' } as const;
    given(...two, arrived)
      .when((session) => changeLegStatus(session, 'KI1', sent, change))
      .thenNothing();
    given(...two, arrived)
      .when((session) => changeLegStatus(session, 'KI1', sent, { ...change, status: 'queued' }))
      .thenNothing();
  });

  it('keeps a status that came before the SID of its leg', () => {
    const delivered = { ...waiting, outboundStatus: 'delivered' } as const;
    given(...two, arrived)
      .when((session) => changeLegStatus(session, 'KI1', delivered, { ...change, status: 'queued' }))
      .then(changed({ status: 'delivered' }));
  });

  it('lets a report end what was unknown', () => {
    const lost = { ...waiting, outboundStatus: 'unknown' } as const;
    given(...two, arrived)
      .when((session) => changeLegStatus(session, 'KI1', lost, change))
      .then(changed());
  });
});

describe('the end of an interaction', () => {
  it('is a completed call, once, and measures the ttl anew', () => {
    const call: Interaction = { ...waiting, type: 'voice', inboundStatus: 'in-progress' };
    given(...two, arrived)
      .when((session) => completeInteraction(session, 'KI1', call, 5))
      .then({ type: 'InteractionCompleted', data: { interactionSid: 'KI1', duration: 5 } });
    given(...two, arrived)
      .when((session) => completeInteraction(session, 'KI1', { ...call, inboundStatus: 'completed' }, 5))
      .thenNothing();
  });

  it('is its deletion, in a closed session too', () => {
    given(...two, arrived, closed)
      .when((session) => deleteInteraction(session, 'KI1', waiting))
      .then({ type: 'InteractionDeleted', data: { interactionSid: 'KI1' } });
    given(...two)
      .when((session) => deleteInteraction(session, 'KI1', null))
      .thenRefused('interaction-not-found');
  });

  it('waits for the end of a legal hold', () => {
    const held: SessionEvent = { type: 'SessionHoldPlaced', data: { reason: 'a case' } };
    given(...two, arrived, held)
      .when((session) => deleteInteraction(session, 'KI1', waiting))
      .thenRefused('legal-hold');
  });
});
