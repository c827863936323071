import { describe, expect, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  addParticipant,
  firstParticipants,
  MAX_REMOVED,
  removeParticipant,
  requireFitting,
  type NewParticipant,
} from './participant.decider.js';
import { createSession, deleteSession, updateSession } from './session.decider.js';
import type { ParticipantAdded, SessionEvent, SessionMode } from './session.events.js';
import { sessionStream, type Session } from './session.state.js';

const { given } = scenario(sessionStream);
const place = { accountSid: 'AC1', serviceSid: 'KS1' };

const alice: NewParticipant = {
  participantSid: 'KP1',
  identifier: '+15005550001',
  friendlyName: 'Alice',
  proxyIdentifier: '+15005550010',
  proxyIdentifierSid: 'PN10',
};
const bob = { ...alice, participantSid: 'KP2', identifier: '+15005550002', friendlyName: null };
const carol = { ...alice, participantSid: 'KP3', identifier: '+15005550003' };

function creation(mode: SessionMode = 'voice-and-message'): SessionEvent {
  return {
    type: 'SessionCreated',
    data: { ...place, uniqueName: null, mode, ttl: 0, dateExpiry: null },
  };
}

function added(newcomer: NewParticipant): ParticipantAdded {
  return { type: 'ParticipantAdded', data: { ...place, ...newcomer } };
}

function removed(participantSid: string): SessionEvent {
  return { type: 'ParticipantRemoved', data: { participantSid } };
}

const between = { id: 'KC1', holder: 'KC2' };
const closed: SessionEvent = { type: 'SessionClosed', data: { reason: 'api' } };
const add = (newcomer: NewParticipant) => (session: Session) => addParticipant(session, newcomer, place);

function claimsAfter(...events: SessionEvent[]) {
  const session = events.reduce(
    (before: Session, event) => sessionStream.evolve(before, event, '2026-01-01T00:00:00.000Z'),
    sessionStream.initial,
  );
  return sessionStream.claims?.(session, 'KC1');
}

describe('addParticipant', () => {
  it('brings a first and a second participant', () => {
    given(creation()).when(add(alice)).then(added(alice));
    given(creation(), added(alice)).when(add(bob)).then(added(bob));
  });

  it('refuses a third', () => {
    given(creation(), added(alice), added(bob)).when(add(carol)).thenRefused('too-many-participants');
  });

  it('counts only those who are still there', () => {
    given(creation(), added(alice), added(bob), removed('KP1')).when(add(carol)).then(added(carol));
  });

  it('refuses who is in the session already', () => {
    const again = { ...alice, participantSid: 'KP9' };
    given(creation(), added(alice)).when(add(again)).thenRefused('participant-in-session');
    given(creation(), added(alice), added(bob)).when(add(again)).thenRefused('participant-in-session');
  });

  it('refuses who was removed from it', () => {
    const again = { ...alice, participantSid: 'KP9' };
    given(creation(), added(alice), removed('KP1')).when(add(again)).thenRefused('participant-removed');
  });

  it('refuses more comings and goings than a session remembers', () => {
    const past = Array.from({ length: MAX_REMOVED }, (_, i) => {
      const sid = `KP${i}`;
      return [added({ ...alice, participantSid: sid, identifier: `+1500555${1000 + i}` }), removed(sid)];
    });
    given(creation(), ...past.flat())
      .when(add(alice))
      .thenRefused('too-many-participants');
  });

  it.each([['voice-only'], ['voice-and-message']] as const)('refuses a channel address in %s', (mode) => {
    const newcomer = { ...alice, identifier: 'messenger:42' };
    given(creation(mode)).when(add(newcomer)).thenRefused('identifier-unsupported');
  });

  it('takes a channel address where only messages go', () => {
    const newcomer = { ...alice, identifier: 'messenger:42' };
    given(creation('message-only')).when(add(newcomer)).then(added(newcomer));
  });

  it('refuses a session that is closed or not there', () => {
    given(creation(), closed).when(add(alice)).thenRefused('session-closed');
    given().when(add(alice)).thenRefused('session-not-found');
  });
});

describe('the first participants of a session', () => {
  it('come with it', () => {
    const newcomers = firstParticipants([alice, bob], 'voice-and-message', place);
    const wish = { ...place, uniqueName: null, ttl: 0, dateExpiry: null } as const;
    const { mode } = { mode: 'voice-and-message' } as const;
    given()
      .when((session) =>
        createSession(session, { ...wish, mode, status: 'closed' }, '2026-01-01T00:00:00.000Z', newcomers),
      )
      .then(creation(), added(alice), added(bob), closed);
  });

  it.each([
    ['too-many-participants', [alice, bob, carol]],
    ['participant-in-session', [alice, { ...bob, identifier: alice.identifier }]],
    ['identifier-unsupported', [{ ...alice, identifier: 'messenger:42' }]],
  ] as const)('are refused as a whole: %s', (code, newcomers) => {
    given()
      .when(() => firstParticipants(newcomers, 'voice-only', place))
      .thenRefused(code);
    expect(() =>
      requireFitting(
        newcomers.map(({ identifier }) => identifier),
        'voice-only',
      ),
    ).toThrow();
  });
});

describe('removeParticipant', () => {
  it.each([[[]], [[closed]]])('takes out who is there, of a closed session too (%#)', (more) => {
    given(creation(), added(alice), ...more)
      .when((session) => removeParticipant(session, 'KP1'))
      .then(removed('KP1'));
  });

  it('refuses who is not there, or not any more', () => {
    given(creation())
      .when((session) => removeParticipant(session, 'KP1'))
      .thenRefused('participant-not-found');
    given(creation(), added(alice), removed('KP1'))
      .when((session) => removeParticipant(session, 'KP1'))
      .thenRefused('participant-not-found');
  });
});

it('nobody is removed from a session that is on legal hold', () => {
  const held: SessionEvent = { type: 'SessionHoldPlaced', data: { reason: 'a case' } };
  given(creation(), added(alice), held)
    .when((session) => removeParticipant(session, 'KP1'))
    .thenRefused('legal-hold');
  given(creation(), added(alice), held)
    .when((session) => removeParticipant(session, 'KP2'))
    .thenRefused('participant-not-found');
});

describe('the pairs of a session', () => {
  const pairs = [
    { kind: 'pair', key: 'KS1/+15005550010/+15005550001' },
    { kind: 'pair', key: 'KS1/+15005550010/+15005550002' },
  ];

  it('are held while it is active, one by one', () => {
    expect(claimsAfter(creation(), added(alice), added(bob))).toEqual(pairs);
    expect(claimsAfter(creation(), added(alice), added(bob), removed('KP1'))).toEqual(pairs.slice(1));
  });

  it('are free when it is closed, and wanted again when it is opened again', () => {
    const past = [creation(), added(alice), added(bob), closed];
    expect(claimsAfter(...past)).toEqual([]);
    expect(claimsAfter(...past, { type: 'SessionReopened', data: { dateExpiry: null } })).toEqual(pairs);
    given(...past)
      .when((session) => updateSession(session, { status: 'in-progress' }, '2026-01-01T00:00:00.000Z'))
      .then({ type: 'SessionReopened', data: { dateExpiry: null } });
  });

  it('are free when it is deleted', () => {
    given(creation(), added(alice)).when(deleteSession).then({ type: 'SessionDeleted', data: {} });
    expect(claimsAfter(creation(), added(alice), { type: 'SessionDeleted', data: {} })).toEqual([]);
  });

  it('are refused in the words of the model', () => {
    expect(sessionStream.refusal?.('taken', 'pair', between)).toMatchObject({
      code: 'proxy-identifier-taken',
    });
  });
});
