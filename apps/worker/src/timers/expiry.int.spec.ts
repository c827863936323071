import { describe, expect, it } from '@jest/globals';
import type { Store } from '#application';
import type { Database } from '#platform';
import { openQueues } from '#queues';
import { queueBackends, redisUrl, testDatabase, testService, testWorld, waitFor } from '#testing';
import type { DrainCause } from './expiry-drain.js';
import { ExpiryTimers, type ExpirySettings } from './expiry-timers.js';

describe.each(queueBackends())('sessions that end by themselves, with queues on %s', (backend) => {
  it('end by the timer of their bucket, soon after their deadline', async () => {
    const world = await open(backend);
    await using worker = await world.startWorker({ horizon: 60, hasSweeper: false });
    const service = await testService(world.store);

    await service.addSessions(20, { ttl: 1 });

    await waitFor(async () => (await expiredOf(world.database)).length === 20, { within: 5_000 });
    expect(worker.expired.every(({ cause }) => cause === 'bucket')).toBe(true);
    expect(Math.max(...worker.expired.map(({ late }) => late))).toBeLessThan(1);
  });

  it('end each exactly once, by the thousands', async () => {
    const world = await open(backend);
    await using worker = await world.startWorker({ horizon: 60, hasSweeper: false });
    const service = await testService(world.store);
    const at = new Date(Date.now() + 8_000).toISOString();

    for (let made = 0; made < 10_000; made += 1_000) await service.addSessions(1_000, { dateExpiry: at });
    await waitFor(async () => (await expiredOf(world.database)).length === 10_000, {
      within: 20_000,
      every: 100,
    });

    expect(worker.expired.every(({ cause }) => cause === 'bucket')).toBe(true);
    expect(new Set((await expiredOf(world.database)).map(({ stream_id }) => stream_id)).size).toBe(10_000);
  });
});

async function open(backend: 'postgres' | 'redis') {
  const { url, database } = await testDatabase();
  const store = await testWorld(database);
  const config = { DATABASE_URL: url, REDIS_URL: backend === 'redis' ? await redisUrl() : undefined };
  return {
    database,
    store,
    startWorker: (settings: ExpirySettings) => startWorker(store, database, config, settings),
  };
}

async function startWorker(
  { events, wake }: Store,
  database: Database,
  config: { DATABASE_URL: string; REDIS_URL: string | undefined },
  settings: ExpirySettings,
) {
  const expired: { cause: DrainCause; late: number }[] = [];
  const queues = openQueues(config, 'test');
  await queues.migrate();
  const observer = { expired: (cause: DrainCause, late: number) => expired.push({ cause, late }) };
  const timers = new ExpiryTimers(database, events, wake, queues, observer, settings);
  await timers.start();
  return {
    expired,
    async [Symbol.asyncDispose]() {
      await timers.stop();
      await queues.close();
    },
  };
}

async function expiredOf(database: Database): Promise<{ stream_id: string }[]> {
  const { rows } = await database.reads.query<{ stream_id: string }>(
    `select stream_id from maskline.event where type = 'SessionExpired'`,
  );
  return rows;
}
