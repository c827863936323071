import { describe, expect, it } from '@jest/globals';
import type { SessionUpdate } from '#domain';
import { linearize } from './linearize.js';
import { sessionModel, type Answer, type Call, type SessionOperation, type Shown } from './session-model.js';

// Times are milliseconds after this; a caller sees them cut to seconds.
const START = Date.parse('2031-01-01T00:00:00Z');

const fresh: Shown = {
  status: 'open',
  closedReason: null,
  ttl: 0,
  dateExpiry: null,
  dateStarted: null,
  dateEnded: null,
  dateUpdated: START,
};
const closed: Shown = { ...fresh, status: 'closed', closedReason: 'api', dateEnded: START };

const fetch: Call = { kind: 'fetch' };
const remove: Call = { kind: 'delete' };
const update = (wish: SessionUpdate): Call => ({ kind: 'update', wish });
const close = update({ status: 'closed' });
const shows = (change: Partial<Shown> = {}): Answer => ({
  kind: 'session',
  session: { ...fresh, ...change },
});
/** Created with the first call, and ended by a ttl of a second. */
const expired = shows({
  ...closed,
  ttl: 1,
  closedReason: 'ttl-expired',
  dateEnded: START + 1000,
  dateUpdated: START + 1000,
});
const refused = (code: number): Answer => ({ kind: 'refused', code });
const deleted: Answer = { kind: 'deleted' };

/** A call, its answer, and between which milliseconds. */
function operation(
  call: Call,
  answer: Answer,
  [invoked, returned]: readonly [number, number],
): SessionOperation {
  return { client: 0, call, answer, invoked, returned, from: START + invoked, to: START + returned };
}

function created(wish: { readonly dateExpiry?: string; readonly ttl?: number } = {}): SessionOperation {
  const { dateExpiry = null, ttl = 0 } = wish;
  const none = { accountSid: 'AC', serviceSid: 'KS', uniqueName: null } as const;
  const call: Call = {
    kind: 'create',
    wish: { ...none, mode: 'voice-and-message', ttl, dateExpiry, status: 'open' },
  };
  return operation(
    call,
    shows({ ttl, dateExpiry: dateExpiry === null ? null : Date.parse(dateExpiry) }),
    [0, 5],
  );
}

type History = readonly SessionOperation[];
const isLinearizable = (history: History) => linearize(history, sessionModel).isLinearizable;

describe('a history of a session', () => {
  it.each<[string, History]>([
    [
      'it is read, changed and deleted in turn',
      [
        created(),
        operation(fetch, shows(), [10, 11]),
        operation(update({ ttl: 60 }), shows({ ttl: 60 }), [20, 21]),
        operation(close, shows({ ...closed, ttl: 60 }), [30, 31]),
        operation(close, refused(80607), [40, 41]),
        operation(remove, deleted, [50, 51]),
        operation(fetch, refused(20404), [60, 61]),
      ],
    ],
    [
      'a change is decided in one second, and who looks in the next does not see it yet',
      [
        created(),
        operation(close, shows({ ...closed, dateEnded: START, dateUpdated: START }), [990, 1020]),
        operation(fetch, shows(), [1005, 1010]),
        operation(update({}), shows(), [1006, 1012]),
        operation(fetch, shows({ ...closed, dateEnded: START, dateUpdated: START }), [1021, 1022]),
      ],
    ],
    [
      'a read meets a change and does not see it',
      [
        created(),
        operation(update({ ttl: 60 }), shows({ ttl: 60 }), [10, 30]),
        operation(fetch, shows(), [15, 25]),
      ],
    ],
    [
      'two close it and one is refused',
      [created(), operation(close, refused(80607), [10, 30]), operation(close, shows(closed), [15, 40])],
    ],
    [
      'its ttl passes',
      [
        created({ ttl: 1 }),
        operation(fetch, shows({ ttl: 1 }), [1000, 1004]),
        operation(fetch, expired, [1002, 1006]),
      ],
    ],
    [
      'a ttl is set whose end comes while it is set',
      [created(), operation(update({ ttl: 1 }), expired, [990, 1050])],
    ],
  ])('is linearizable when %s', (_, history) => {
    expect(isLinearizable(history)).toBe(true);
  });

  it.each<[string, History]>([
    [
      'a read is stale',
      [
        created(),
        operation(update({ ttl: 60 }), shows({ ttl: 60 }), [10, 20]),
        operation(fetch, shows(), [21, 22]),
      ],
    ],
    [
      'an update is lost',
      [
        created(),
        operation(update({ ttl: 60 }), shows({ ttl: 60 }), [10, 20]),
        operation(
          update({ status: 'in-progress' }),
          shows({ status: 'in-progress', dateStarted: START }),
          [12, 22],
        ),
        operation(fetch, shows({ ttl: 0, status: 'in-progress', dateStarted: START }), [30, 31]),
      ],
    ],
    [
      'it is read after it was deleted',
      [created(), operation(remove, deleted, [10, 20]), operation(fetch, shows(), [21, 22])],
    ],
    [
      'it is deleted twice',
      [created(), operation(remove, deleted, [10, 20]), operation(remove, deleted, [15, 22])],
    ],
    [
      'two close it and both are told so',
      [created(), operation(close, shows(closed), [10, 30]), operation(close, shows(closed), [15, 40])],
    ],
    [
      'it is gone before anybody deletes it',
      [created(), operation(fetch, refused(20404), [6, 7]), operation(remove, deleted, [10, 20])],
    ],
    [
      'it lives on after its end',
      [
        created({ dateExpiry: '2031-01-01T00:00:01Z' }),
        operation(fetch, shows({ dateExpiry: START + 1000 }), [1001, 1004]),
      ],
    ],
    ['it ends before its end', [created({ ttl: 1 }), operation(fetch, expired, [990, 999])]],
    [
      'it was changed at another time',
      [created(), operation(update({ ttl: 60 }), shows({ ttl: 60, dateUpdated: START }), [1010, 1020])],
    ],
  ])('is not when %s', (_, history) => {
    expect(isLinearizable(history)).toBe(false);
  });
});
