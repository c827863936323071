import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { FaultProxy } from '../../failures/fault-proxy.js';
import { WrongVersion, type OpenStore } from '../peer.js';
import type { Finding, Ground, Probe } from '../probe.js';

const writers = 8;
const appends = 25;
/** Each so many-th answer to a commit is lost. */
const every = 5;
const mostTries = 20;

export const exactRetry: Probe = {
  name: 'exact-retry',
  demand:
    'An append at an exact version whose answer was lost after COMMIT can be repeated and stands in the stream once, for networks do fail just then.',
  run: (ground) => retry(ground, false),
};

export const keyedRetry: Probe = {
  name: 'keyed-retry',
  demand:
    'An append under a command id whose answer was lost after COMMIT can be repeated at any version, is done once and told as done, so that a caller need not find out by itself.',
  run: (ground) => retry(ground, true),
};

async function retry(ground: Ground, isKeyed: boolean): Promise<Finding> {
  const proxy = await FaultProxy.open(ground.url);
  proxy.loseAnswers({ isRequest: (bytes) => ground.peer.isCommit(bytes), every });
  const store = await ground.open(proxy.url);
  const refused = { again: 0 };
  await Promise.all(
    Array.from({ length: writers }, (_, writer) => write(store, `retried-${writer}`, isKeyed, refused)),
  );

  const direct = await ground.open();
  const expected = Array.from({ length: appends }, (_, n) => ({ n }));
  let wrong = 0;
  let extra = 0;
  for (let writer = 0; writer < writers; writer++) {
    const facts = await direct.read(`retried-${writer}`);
    if (!isDeepStrictEqual(facts, expected)) wrong++;
    extra += Math.max(0, facts.length - appends);
  }
  const told =
    refused.again === 0 ? 'nobody noticed' : `${refused.again} were told of a conflict with themselves`;
  const left =
    wrong === 0
      ? 'each event is there once'
      : `${wrong} of ${writers} streams are wrong, ${extra} events too many`;
  const holds = wrong === 0 && proxy.lost > 0 && (!isKeyed || refused.again === 0);
  return { holds, seen: `${proxy.lost} answers lost; ${left}; ${told}` };
}

/** As a caller does that keeps trying until it knows. */
async function write(
  store: OpenStore,
  stream: string,
  isKeyed: boolean,
  refused: { again: number },
): Promise<void> {
  for (let n = 0; n < appends; n++) {
    const commandId = isKeyed ? randomUUID() : undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        await store.append(stream, [{ n }], isKeyed ? 'anything' : n, commandId);
        break;
      } catch (error) {
        if (error instanceof WrongVersion) {
          refused.again++;
          break;
        }
        if (attempt === mostTries) throw error;
        await pause(20);
      }
    }
  }
}
