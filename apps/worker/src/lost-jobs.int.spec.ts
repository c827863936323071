import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { addConsumer, listConsumers, readRelayProgress } from '#event-store';
import { eventQueue } from '#queues';
import { cleanUp, queueBackends, redisUrl, testService, waitFor } from '#testing';
import { openWorld, type World } from './spec/open-world.js';

// A relay that goes back says so.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const name = 'ledger';
const quiet = { failed: () => undefined, jobFailed: () => undefined };

(queueBackends().includes('redis') ? describe : describe.skip)('jobs of a consumer that Redis loses', () => {
  it('come again by themselves after FLUSHALL, all that were not handled, also when nothing else happens', async () => {
    const { world, flush, service } = await openLedger();
    await world.startWorker();
    const before = await service.addSessions(20, {});
    const first = startConsumer(world);
    await waitFor(() => first.handled.length === 20);
    await settled(world, 21);
    await first.stop();
    const lost = await service.addSessions(30, {});
    await waitFor(async () => (await unfinished(world)) === 30);

    await flush();
    const second = startConsumer(world);

    await waitFor(() => second.handled.length >= 30);
    expect(new Set(second.handled)).toEqual(new Set(lost));
    expect(before.some((sid) => second.handled.includes(sid))).toBe(false);
    // The log is followed as before.
    const [next = ''] = await service.addSessions(1, {});
    await waitFor(() => second.handled.includes(next));
  });

  it('come again when they are lost while no worker runs, and while events keep coming', async () => {
    const { world, flush, service } = await openLedger();
    const worker = await world.startWorker();
    const sids = await service.addSessions(25, {});
    await waitFor(async () => (await unfinished(world)) === 25);
    await worker.stop();
    await flush();

    await world.startWorker();
    sids.push(...(await service.addSessions(25, {})));
    await waitFor(async () => (await unfinished(world)) === 50);
    await flush();
    sids.push(...(await service.addSessions(25, {})));
    const { handled } = startConsumer(world);

    await waitFor(() => new Set(handled).size === 75);
    expect(new Set(handled)).toEqual(new Set(sids));
  });

  it('come again in part when the queue wakes up as it was some time ago', async () => {
    const { world, redis, service } = await openLedger();
    await world.startWorker();
    await service.addSessions(10, {});
    await waitFor(async () => (await unfinished(world)) === 10);
    const backup = await dump(redis);
    const lost = await service.addSessions(10, {});
    await waitFor(async () => (await unfinished(world)) === 20);

    await restore(redis, backup);
    const { handled } = startConsumer(world);

    await waitFor(() => handled.length >= 20);
    expect(handled).toEqual(expect.arrayContaining(lost));
  });
});

async function openLedger() {
  const url = await redisUrl();
  const world = await openWorld({ redis: url });
  const redis = new Redis(url);
  cleanUp(() => redis.disconnect());
  const service = await testService(world.store);
  await addConsumer(world.database.admin, name, ['SessionCreated'], 'now');
  return { world, redis, service, flush: () => redis.flushdb() };
}

function startConsumer({ queues }: World) {
  const handled: string[] = [];
  const take = (job: { data: unknown }) => {
    handled.push(String(Reflect.get(Object(job.data), 'streamId')));
    return Promise.resolve();
  };
  const worker = queues.openWorker(`consumer-${name}`, take, 1, quiet);
  const stop = () => worker.close();
  cleanUp(stop);
  return { handled, stop };
}

async function unfinished({ queues }: World): Promise<number> {
  const queue = eventQueue(queues, name);
  queue.start();
  await queue.connected();
  try {
    return await queue.unfinished();
  } finally {
    await queue.stop();
  }
}

/** Until it is written down that everything up to a position was handled. */
async function settled({ database }: World, position: number): Promise<void> {
  const [consumer = { name, id: 0 }] = await listConsumers(database.reads);
  await waitFor(
    async () => ((await readRelayProgress(database.reads, consumer, 0))?.settled ?? 0) >= position,
  );
}

async function dump(redis: Redis): Promise<Map<string, Buffer>> {
  const keys = await redis.keys('*');
  const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return new Map(keys.flatMap((key, i): [string, Buffer][] => (values[i] == null ? [] : [[key, values[i]]])));
}

/** At one go, as a server that starts from an old file. */
async function restore(redis: Redis, backup: ReadonlyMap<string, Buffer>): Promise<void> {
  const all = redis.multi().flushdb();
  for (const [key, value] of backup) all.restore(key, 0, value);
  await all.exec();
}
