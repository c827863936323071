import { expect } from '@jest/globals';
import { testService, waitFor } from '#testing';
import { openWorld, type World } from '../../spec/open-world.js';

/** For specs: so many sessions that fall due together, so many seconds from when their making begins, which must be time enough for it. */
export async function expireTogether(
  backend: 'postgres' | 'redis',
  count: number,
  seconds: number,
): Promise<void> {
  const world = await openWorld(backend);
  const worker = await world.startWorker();
  const service = await testService(world.store);
  const dateExpiry = new Date(Date.now() + seconds * 1000).toISOString();

  const sids: string[] = [];
  while (sids.length < count) sids.push(...(await service.addSessions(1_000, { dateExpiry })));

  await ended(world, sids, 60_000);
  await hasExpired(worker, 'bucket', count);
}

/** Waits until exactly these sessions have ended by themselves, each once. */
export async function ended(world: World, sids: readonly string[], within = 20_000): Promise<void> {
  const ends = await waitFor(
    async () => {
      const found = await world.endsOf();
      return found.length >= sids.length && found;
    },
    { within, every: 50 },
  );
  expect(ends.map(({ sid }) => sid).sort()).toEqual([...sids].sort());
}

/** The worker counts what it has ended a moment after the database shows it. */
export async function hasExpired(
  worker: Awaited<ReturnType<World['startWorker']>>,
  by: 'bucket' | 'sweeper',
  count: number,
): Promise<void> {
  await waitFor(async () => (await worker.expired(by)) >= count);
  expect(await worker.expired(by)).toBe(count);
}
