import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { NewSession } from '#domain';
import { startService, testDatabase } from '#testing';
import { linearize } from './linearize.js';
import { recordHistory, sdk, type Script } from './record-history.js';
import { sessionModel, type SessionOperation } from './session-model.js';

/** Sessions that are worked on at the same time: the processes have more to do than one session. */
const AT_ONCE = 4;

/** Clients of two api processes meet on so many sessions; each history must be one of the domain's own. */
export async function meetOnSessions(sessions: number): Promise<void> {
  const { url } = await testDatabase();
  const first = await startService('api', { env: { DATABASE_URL: url } });
  const second = await startService('api', { like: first });
  const processes = [first, second];
  const { sid: serviceSid, accountSid } = await sdk(first).services.create({ uniqueName: 'meetings' });

  const histories: SessionOperation[][] = [];
  let started = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (started < sessions) {
        started++;
        const [scripts = []] = fc.sample(meeting(Date.now()), 1);
        const [terms] = fc.sample(termsAt(Date.now()), 1);
        const wish: NewSession = {
          accountSid,
          serviceSid,
          uniqueName: null,
          mode: 'voice-and-message',
          ttl: 0,
          dateExpiry: null,
          status: 'open',
          ...terms,
        };
        const history = await recordHistory(processes, wish, scripts);
        expectLinearizable(history);
        histories.push(history);
      }
    }),
  );

  expect(histories).toHaveLength(sessions);
  const answers = histories.flat();
  process.stdout.write(`linearizability: ${answers.length} answers on ${sessions} sessions\n`);
  expect(unseen(answers)).toEqual([]);
}

function expectLinearizable(history: readonly SessionOperation[]): void {
  const { isLinearizable, order } = linearize(history, sessionModel);
  if (isLinearizable) return;
  const left = history.filter((operation) => !order.includes(operation));
  const all = { mayHaveHappened: order, but: left };
  throw new Error(
    `no order of these explains the answers: ${inspect(all, { depth: null, breakLength: 200 })}`,
  );
}

/** A history without these says little. */
function unseen(answers: readonly SessionOperation[]): string[] {
  const seen = new Set(
    answers.map(({ call, answer }) => {
      const what =
        answer.kind === 'session' ? (answer.session.closedReason ?? answer.session.status) : answer.kind;
      return `${call.kind}: ${answer.kind === 'refused' ? answer.code : what}`;
    }),
  );
  return [
    ...['open', 'in-progress', 'api', 'date-expiry', '20404'].map((what) => `fetch: ${what}`),
    ...['open', 'in-progress', 'api', '20404', '80607'].map((what) => `update: ${what}`),
    ...['deleted', '20404'].map((what) => `delete: ${what}`),
  ].filter((what) => !seen.has(what));
}

/** What each of some clients does. Deleting is rare: after it there is little to see. */
function meeting(now: number): fc.Arbitrary<Script[]> {
  const call: fc.Arbitrary<Script[number]> = fc.oneof(
    { weight: 8, arbitrary: fc.constant({ kind: 'fetch' } as const) },
    { weight: 12, arbitrary: changeAt(now).map((wish) => ({ kind: 'update', wish }) as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'delete' } as const) },
  );
  const script = fc.array(call, { minLength: 2, maxLength: 7 });
  return fc.array(script, { minLength: 3, maxLength: 6 });
}

function changeAt(now: number) {
  return fc.oneof(
    fc.constantFrom({ status: 'closed' } as const, { status: 'in-progress' } as const),
    termsAt(now),
    termsAt(now).map((terms) => ({ ...terms, status: 'in-progress' as const })),
  );
}

/** Ends that are far, and ends that come while the clients are still at it. */
function termsAt(now: number) {
  const nextSecond = Math.ceil(now / 1000) * 1000;
  return fc.oneof(
    fc.constantFrom(0, 1, 60, 3600).map((ttl) => ({ ttl })),
    fc
      .constantFrom(nextSecond, nextSecond, nextSecond + 1000, nextSecond + 3_600_000)
      .map((end) => ({ dateExpiry: new Date(end).toISOString() })),
  );
}
