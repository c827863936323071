import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { freePort, type Database } from '#platform';
import {
  call,
  cleanUp,
  queueBackends,
  redisUrl,
  startDurableRedis,
  testDatabase,
  waitFor,
  type Login,
} from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveApi } from '../spec/serve-api.js';
import { openRateLimits } from './open-rate-limits.js';
import { PostgresTurns } from './postgres-turns.js';
import { RateLimits } from './rate-limits.js';
import { RedisTurns } from './redis-turns.js';
import { Turns } from './turns.js';

const hasRedis = queueBackends().includes('redis');
const perSecond = 2;
const most = perSecond * 5;
/** Milliseconds. What is not counted in time is let through, and a machine that does other things as well has its time. */
const patience = 10_000;

let database: Database;
beforeAll(async () => {
  ({ database } = await testDatabase());
});

const uncounted = async (metrics: Registry) =>
  Number(/uncounted_total (\d+)/.exec(await metrics.metrics())?.[1] ?? 0);

describe.each(hasRedis ? ['postgres', 'redis'] : ['postgres'])('limits counted in %s', (backend) => {
  let processes: Awaited<ReturnType<typeof serveApi>>[];
  const registries = [new Registry(), new Registry()];
  let login: Login;
  let first: string;
  let second: string;
  /** In each process, before its store could be reached. */
  const atStart: number[] = [];

  beforeAll(async () => {
    const masterKey = createSecretKey(randomBytes(32));
    const settings = { REDIS_URL: backend === 'redis' ? await redisUrl() : undefined };
    processes = [];
    for (const metrics of registries) {
      const limits = openRateLimits(settings, perSecond, database, metrics, patience);
      if (limits === null) throw new Error('there is a limit');
      const api = await serveApi(database, { limits, masterKey });
      processes.push(api);
      cleanUp(async () => {
        await api.app.close();
        await limits.close();
      });
    }
    login = await one(0).account();
    for (const [n, metrics] of registries.entries()) {
      atStart.push(
        await waitFor(async () => {
          const before = await uncounted(metrics);
          await ask(n, 'GET', '/v1/Services/none');
          // A string, for 0 is an answer.
          return (await uncounted(metrics)) === before && String(before);
        }).then(Number),
      );
    }
    first = await made('one');
    second = await made('two');
  });

  function one(n: number) {
    const found = processes[n % processes.length];
    if (found === undefined) throw new Error('there are two processes');
    return found;
  }

  async function made(name: string): Promise<string> {
    const { status, body } = await ask(0, 'POST', '/v1/Services', { UniqueName: name });
    expect(status).toBe(201);
    return `/v1/Services/${String(body?.['sid'])}`;
  }

  const ask = (n: number, method: string, path: string, body?: Record<string, string>, as = login) =>
    call(one(n).url, method, path, { login: as, ...(body && { body }) });

  const statuses = async (count: number, method: string, path: string, body?: Record<string, string>) => {
    const answers = await Promise.all(Array.from({ length: count }, (_, n) => ask(n, method, path, body)));
    return answers.map(({ status }) => status).sort();
  };

  it('let so many through in five seconds, of all processes together, and answer the others 429', async () => {
    const all = await statuses(most + 6, 'GET', `${first}/Sessions`);
    expect(all).toEqual([...Array<number>(most).fill(200), ...Array<number>(6).fill(429)]);
    const refused = await ask(1, 'GET', `${first}/Sessions`);
    expect(refused).toMatchObject({ status: 429, body: { code: 20429, status: 429 } });
    expect(refused.headers['retry-after']).toMatch(/^[1-5]$/);
    // Spent here, untouched there: another service, another endpoint, another method, another account.
    expect((await ask(0, 'GET', `${second}/Sessions`)).status).toBe(200);
    expect((await ask(0, 'GET', first)).status).toBe(200);
    expect((await ask(0, 'POST', `${first}/Sessions`)).status).toBe(201);
    const other = await one(0).account();
    expect((await ask(0, 'GET', '/v1/Services', undefined, other)).status).toBe(200);
  });

  it('know a service by its SID and its name for the same, and count what is refused for other reasons', async () => {
    const names = ['/v1/Services/two', second];
    const answers = await Promise.all(
      Array.from({ length: most + 4 }, (_, n) =>
        ask(n, 'POST', `${names[n % 2] ?? ''}/Sessions`, { Ttl: 'nonsense' }),
      ),
    );
    const counted = answers.map(({ status }) => status).sort();
    expect(counted).toEqual([...Array<number>(most).fill(400), ...Array<number>(4).fill(429)]);
  });

  it('slide: what left the window makes room, one by one', async () => {
    const path = `${second}/PhoneNumbers`;
    expect(await statuses(most, 'GET', path)).toEqual(Array<number>(most).fill(200));
    expect((await ask(0, 'GET', path)).status).toBe(429);
    await waitFor(async () => (await ask(0, 'GET', path)).status === 200, { every: 200 });
  });

  it('leave alone what is not of this API, and counted every request', async () => {
    for (let n = 0; n < most + 2; n++) {
      expect((await ask(n, 'GET', '/admin/v1/ApiKeys')).status).toBe(200);
    }
    expect(await Promise.all(registries.map(uncounted))).toEqual(atStart);
  });
});

describe('turns that two processes take of many keys at once', () => {
  it('are as many of each as there may be, though both ask for all of them and in another order', async () => {
    const processes = [new PostgresTurns(database), new PostgresTurns(database)];
    cleanUp(() => Promise.all(processes.map((turns) => turns.close())));
    const keys = Array.from({ length: 50 }, (_, n) => `many ${n}`);
    const waits = await Promise.all(
      processes.flatMap((turns, n) =>
        (n === 0 ? keys : keys.toReversed()).flatMap((key) =>
          Array.from({ length: 5 }, async () => ({ key, wait: await turns.take(key, 7) })),
        ),
      ),
    );
    for (const key of keys) {
      const ofKey = waits.filter((one) => one.key === key).map(({ wait }) => wait);
      expect(ofKey.filter((wait) => wait === 0)).toHaveLength(7);
      for (const wait of ofKey.filter((one) => one > 0)) expect(wait).toBeLessThanOrEqual(5_000);
    }
  });
});

describe('limits whose store is away', () => {
  class Silent extends Turns {
    override readonly patience = 50;
    asked = 0;
    override take(): Promise<number> {
      this.asked += 1;
      return new Promise(() => undefined);
    }
    override close(): Promise<void> {
      return Promise.resolve();
    }
  }

  it('let everything through, and make nobody but the first wait', async () => {
    const metrics = new Registry();
    const silent = new Silent();
    const api = await serveApi(database, { limits: new RateLimits(silent, 1, metrics) });
    cleanUp(() => api.app.close());
    const login = await api.account();
    const began = performance.now();
    for (let n = 0; n < 20; n++) {
      expect((await call(api.url, 'GET', '/v1/Services', { login })).status).toBe(200);
    }
    // Were all of them made to wait, it would take twenty times so long.
    expect(silent.asked).toBeLessThan(10);
    expect(performance.now() - began).toBeLessThan(20 * silent.patience + 4_000);
    expect(await uncounted(metrics)).toBe(20);
  });

  (hasRedis ? it : it.skip)(
    'count again when Redis is back',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'maskline-limits-'));
      cleanUp(() => rm(directory, { recursive: true, force: true }));
      const port = await freePort();
      let redis = await startDurableRedis(directory, port);
      const turns = new RedisTurns(redis.url);
      cleanUp(() => turns.close());
      await waitFor(async () => (await turns.take('a', 1)) === 0);
      expect(await turns.take('a', 1)).toBeGreaterThan(0);
      await redis.kill();
      await waitFor(() =>
        turns.take('a', 1).then(
          () => false,
          () => true,
        ),
      );
      const began = performance.now();
      await expect(turns.take('a', 1)).rejects.toThrow();
      expect(performance.now() - began).toBeLessThan(4_000);
      redis = await startDurableRedis(directory, port);
      await waitFor(async () => (await turns.take('b', 1)) === 0);
      expect(await turns.take('b', 1)).toBeGreaterThan(0);
      await redis.stop();
    },
    30_000,
  );
});
