import { beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, testService, testWorld, type TestDatabase } from '#testing';
import { lengthenLog } from '../spec/long-log.js';
import { upcasters } from '../upcasters.js';
import { readLog } from './read-log.js';

let database: TestDatabase['database'];

beforeAll(async () => {
  ({ database } = await testDatabase());
  const service = await testService(await testWorld(database));
  await service.addSessions(3, {});
  await lengthenLog(database, 60_000);
  await service.addSessions(2, {});
});

const read = (after: number, types: readonly string[] | null, limit = 10) =>
  readLog(database.reads, { partition: 0, after, types, limit }, upcasters);

const positionsFrom = async (...place: Parameters<typeof read>) => {
  const { events, ...page } = await read(...place);
  return { ...page, positions: events.map(({ position }) => position) };
};

describe('a page of the log', () => {
  it('ends with the last event when it is full, and says that there is more', async () => {
    expect(await positionsFrom(0, null, 3)).toEqual({ positions: [1, 2, 3], until: 3, hasMore: true });
    expect(await positionsFrom(3, null, 2)).toEqual({ positions: [4, 5], until: 5, hasMore: true });
  });

  it('passes over 50,000 positions at most, whatever it looks for', async () => {
    expect(await positionsFrom(0, ['SessionCreated'])).toEqual({
      positions: [2, 3, 4],
      until: 50_000,
      hasMore: true,
    });
    expect(await positionsFrom(0, ['ServiceDeleted'])).toEqual({
      positions: [],
      until: 50_000,
      hasMore: true,
    });
  });

  it('goes on behind what it passed over, up to the end', async () => {
    expect(await positionsFrom(50_000, ['SessionCreated'])).toEqual({
      positions: [60_005, 60_006],
      until: 60_006,
      hasMore: false,
    });
  });

  it('is empty at the end, and stays there', async () => {
    expect(await positionsFrom(60_006, null)).toEqual({ positions: [], until: 60_006, hasMore: false });
  });

  it('has nothing of a partition that does not exist', async () => {
    const page = await readLog(database.reads, { partition: 9, after: 0, types: null, limit: 5 }, upcasters);

    expect(page).toEqual({ events: [], until: 0, hasMore: false });
  });
});
