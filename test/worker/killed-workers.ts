import { expect } from '@jest/globals';
import { openSimulator } from '#carrier';
import { openQueues } from '#queues';
import type { Database } from '#platform';
import {
  cleanUp,
  redisUrl,
  startService,
  testDatabase,
  testPool,
  testService,
  testWorld,
  waitFor,
} from '#testing';

// A worker is killed in the midst of its work, and another goes on.

type Backend = 'postgres' | 'redis';

/** The sessions of a deleted service are gone all the same. */
export async function amidACascade(backend: Backend): Promise<void> {
  const { database, store, startWorker } = await open(backend);
  const service = await testService(store);
  const sids: string[] = [];
  while (sids.length < 10_000) sids.push(...(await service.addSessions(1_000, {})));
  await service.delete();

  const first = await startWorker();
  await waitFor(async () => (await streamsWith(database, 'SessionDeleted')).length > 500);
  await first.kill();
  const midway = (await streamsWith(database, 'SessionDeleted')).length;
  await startWorker();
  await waitFor(async () => (await streamsWith(database, 'SessionDeleted')).length >= 10_000, {
    within: 90_000,
  });

  expect(midway).toBeLessThan(10_000);
  expect((await streamsWith(database, 'SessionDeleted')).sort()).toEqual(sids.sort());
  expect(await countOf(database, 'select count(*)::int as n from maskline.session')).toBe(0);
  expect(await countOf(database, lastIsNotDeleted)).toBe(0);
}

/** The numbers of a deleted service are all the same no longer the carrier's to report. */
export async function amidReleases(backend: Backend): Promise<void> {
  const { database, store, startWorker } = await open(backend);
  const service = await testService(store);
  const { carrier } = openSimulator(database, store.masterKey);
  cleanUp(() => carrier.stop());
  const numbers = Array.from({ length: 500 }, (_, n) => `+1500555${1_000 + n}`);
  const sids = await testPool(store, carrier, service, numbers);
  await service.delete();

  const first = await startWorker();
  await waitFor(async () => Number(await countOf(database, connected)) < 500, { every: 1 });
  await first.kill();
  const midway = await countOf(database, connected);
  await startWorker();
  await waitFor(async () => (await countOf(database, connected)) === 0);

  expect(midway).toBeGreaterThan(0);
  expect((await streamsWith(database, 'PhoneNumberRemoved')).sort()).toEqual(sids.sort());
  expect(await countOf(database, 'select count(*)::int as n from maskline.number_use')).toBe(0);
}

/** Each session ends once, by whoever is left. */
export async function amidExpiries(backend: Backend): Promise<void> {
  const { database, store, startWorker } = await open(backend);
  const [first] = await Promise.all([startWorker(), startWorker()]);
  const service = await testService(store);
  const dateExpiry = new Date(Date.now() + 15_000).toISOString();
  const sids: string[] = [];
  while (sids.length < 3_000) sids.push(...(await service.addSessions(1_000, { dateExpiry })));

  await waitFor(async () => (await streamsWith(database, 'SessionExpired')).length > 0);
  await first.kill();

  await waitFor(async () => (await streamsWith(database, 'SessionExpired')).length >= 3_000);
  expect((await streamsWith(database, 'SessionExpired')).sort()).toEqual(sids.sort());
}

const lastIsNotDeleted = `
  select count(*)::int as n from (
    select distinct on (stream_id) type from maskline.event where stream_id like 'KC%' order by stream_id, version desc
  ) last where type <> 'SessionDeleted'`;

const connected = 'select count(*)::int as n from simulator.number where message_url is not null';

async function open(backend: Backend) {
  const { url, database } = await testDatabase();
  const store = await testWorld(database);
  const REDIS_URL = backend === 'redis' ? await redisUrl() : undefined;
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
  await queues.migrate();
  await queues.close();
  const env = {
    DATABASE_URL: url,
    MASKLINE_MASTER_KEY: store.masterKey.export().toString('hex'),
    ...(REDIS_URL !== undefined && { REDIS_URL }),
  };
  return { database, store, startWorker: () => startService('worker', { env }) };
}

/** The stream of every event of the type, as often as it has one. */
async function streamsWith(database: Database, type: string): Promise<string[]> {
  const { rows } = await database.reads.query<{ stream_id: string }>(
    'select stream_id from maskline.event where type = $1',
    [type],
  );
  return rows.map(({ stream_id }) => stream_id);
}

async function countOf(database: Database, text: string): Promise<number | undefined> {
  const { rows } = await database.reads.query<{ n: number }>(text);
  return rows[0]?.n;
}
