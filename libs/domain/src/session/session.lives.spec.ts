import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from '../shared/domain-error.js';
import {
  createSession,
  deleteSession,
  updateSession,
  type NewSession,
  type SessionStatus,
  type SessionUpdate,
} from './session.decider.js';
import type { SessionEvent } from './session.events.js';
import { expireSession, isActive, sessionStream, type Session } from './session.state.js';

// Whatever callers and timers ask, in whatever order and however late. The store's part is played as the event store plays
// it: what is overdue is ended first, as a command of its own, then the wish is decided; a command is appended as a whole.

type Wish =
  | {
      readonly kind: 'create';
      readonly ttl: number;
      readonly expiresIn: number | null;
      readonly status: NewSession['status'];
    }
  | {
      readonly kind: 'update';
      readonly ttl?: number;
      readonly expiresIn?: number | null;
      readonly status?: SessionStatus;
    }
  | { readonly kind: 'expire' }
  | { readonly kind: 'delete' };

const ttl = fc.constantFrom(0, 1, 5, 60);
// Milliseconds from now: in the past, soon, never reached.
const expiresIn = fc.constantFrom(null, -1000, 0, 1, 3000, 1_000_000);
const status = fc.constantFrom<SessionStatus>('open', 'in-progress', 'closed', 'failed', 'unknown');

const wish: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      ttl,
      expiresIn,
      status: fc.constantFrom<NewSession['status']>('open', 'in-progress', 'closed'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record(
      { kind: fc.constant('update' as const), ttl, expiresIn, status },
      { requiredKeys: ['kind'] },
    ),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'expire' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
);

/** Milliseconds that pass before each wish: deadlines are met, missed by a little and left far behind. */
const life = fc.array(fc.tuple(fc.constantFrom(0, 1, 999, 1000, 5000, 61_000), wish), { maxLength: 40 });

interface Command {
  readonly at: string;
  readonly before: Session;
  readonly events: readonly SessionEvent[];
}

/** Runs a life; every command that was not refused and changed something is in it. */
function live(wishes: readonly (readonly [number, Wish])[]): { commands: Command[]; session: Session } {
  const commands: Command[] = [];
  let session: Session = sessionStream.initial;
  let now = Date.parse('2026-01-01T00:00:00.000Z');
  const append = (events: readonly SessionEvent[]) => {
    if (events.length === 0) return;
    const at = isoTime(now);
    commands.push({ at, before: session, events });
    session = events.reduce((before, event) => sessionStream.evolve(before, event, at), session);
  };
  for (const [pause, asked] of wishes) {
    now += pause;
    append(expireSession(session, isoTime(now)));
    try {
      append(decide(session, asked, now));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return { commands, session };
}

function decide(session: Session, asked: Wish, now: number): SessionEvent[] {
  const date = (ahead: number | null) => (ahead === null ? null : isoTime(now + ahead));
  switch (asked.kind) {
    case 'create': {
      if (session.status !== 'absent') return []; // its sid is fresh, so nothing is there
      const { ttl, status } = asked;
      const names = { accountSid: 'AC1', serviceSid: 'KS1', uniqueName: null };
      const fresh = { ...names, mode: 'voice-only', ttl, dateExpiry: date(asked.expiresIn), status } as const;
      return createSession(session, fresh, isoTime(now));
    }
    case 'update': {
      const { kind: _, expiresIn, ...rest } = asked;
      const update: SessionUpdate = expiresIn === undefined ? rest : { ...rest, dateExpiry: date(expiresIn) };
      return updateSession(session, update, isoTime(now));
    }
    case 'expire':
      return expireSession(session, isoTime(now));
    case 'delete':
      return deleteSession(session);
  }
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

function logOf(commands: readonly Command[]): { at: string; event: SessionEvent }[] {
  return commands.flatMap(({ at, events }) => events.map((event) => ({ at, event })));
}

function fold(log: readonly { at: string; event: SessionEvent }[]): Session {
  return log.reduce(
    (session, { at, event }) => sessionStream.evolve(session, event, at),
    sessionStream.initial,
  );
}

function everyLife(property: (commands: readonly Command[], session: Session) => void): void {
  const holds = fc.property(life, (wishes) => {
    const { commands, session } = live(wishes);
    property(commands, session);
  });
  fc.assert(holds, { numRuns: 1000 });
}

describe('any life of a session', () => {
  it('is told by its events alone, also from how they are written down', () => {
    everyLife((commands, session) => {
      const log = logOf(commands);
      expect(fold(JSON.parse(JSON.stringify(log)) as typeof log)).toEqual(session);
      expect(JSON.parse(JSON.stringify(session))).toEqual(session);
    });
  });

  it('ends at most once between its creation or re-opening and the next re-opening', () => {
    everyLife((commands) => {
      let ends = 0;
      for (const { event } of logOf(commands)) {
        if (event.type === 'SessionCreated' || event.type === 'SessionReopened') ends = 0;
        if (event.type === 'SessionClosed' || event.type === 'SessionExpired') ends++;
        expect(ends).toBeLessThanOrEqual(1);
      }
    });
  });

  it('has no work done on it from its deadline on', () => {
    everyLife((commands) => {
      for (const { at, before, events } of commands) {
        const deadline = sessionStream.deadline?.(before) ?? null;
        if (deadline === null || at < deadline) continue;
        expect(events.map(({ type }) => type)).toEqual(['SessionExpired']);
      }
    });
  });

  it('expires at its deadline, for the reason that set it', () => {
    everyLife((commands) => {
      for (const { at, before, events } of commands) {
        const [event] = events;
        if (event?.type !== 'SessionExpired') continue;
        expect(event.data.at).toBe(sessionStream.deadline?.(before));
        expect(event.data.at <= at).toBe(true);
        const isDated = isActive(before) && before.dateExpiry !== null;
        expect(event.data.reason).toBe(isDated ? 'date-expiry' : 'ttl-expired');
      }
    });
  });

  it('says nothing more once it is deleted', () => {
    everyLife((commands) => {
      const log = logOf(commands);
      const deletion = log.findIndex(({ event }) => event.type === 'SessionDeleted');
      expect([-1, log.length - 1]).toContain(deletion);
    });
  });

  it('can be told whatever the order of its events: evolve never throws', () => {
    const statuses: Session['status'][] = ['absent', 'open', 'in-progress', 'closed', 'deleted'];
    const anyOrder = life
      .map((wishes) => logOf(live(wishes).commands))
      .chain((log) => fc.shuffledSubarray(log));
    fc.assert(
      fc.property(anyOrder, (log) => {
        expect(statuses).toContain(fold(log).status);
      }),
    );
  });
});
