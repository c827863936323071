import { beforeEach, describe, expect, it } from '@jest/globals';
import { ensurePartitions } from '#event-store';
import { newUuid, type Database } from '#platform';
import { moveClock, testDatabase } from '#testing';
import {
  endRetentionTurn,
  keepRetentionTurn,
  prepareRetention,
  takeRetentionTurn,
} from './retention-turn.js';

const [one, two] = [newUuid(), newUuid()];
let database: Database;

beforeEach(async () => {
  ({ database } = await testDatabase());
  await ensurePartitions(database.admin, 2);
  await prepareRetention(database.admin);
  await prepareRetention(database.admin);
});

const take = (owner: string, partition = 0) => takeRetentionTurn(database.admin, partition, owner, 90);
const keep = (owner: string) => keepRetentionTurn(database.admin, 0, owner);
const end = (owner: string, isFinished: boolean) => endRetentionTurn(database.admin, 0, owner, isFinished);

describe('the turn of retention in a partition', () => {
  it('is that of one worker at a time, partition by partition', async () => {
    await moveClock(database, '100 days');
    const endedUntil = await take(one);
    const days = (Date.parse(endedUntil ?? '') - Date.now()) / (24 * 3_600_000);
    expect(Math.round(days)).toBe(10);
    expect(await take(two)).toBeNull();
    expect(await take(two, 1)).not.toBeNull();
  });

  it('ends with the lease of a worker that died, which has it no more', async () => {
    await take(one);
    await moveClock(database, '30 seconds');
    expect(await keep(one)).toBe(true);
    await moveClock(database, '31 seconds');
    expect(await take(two)).toBeNull();
    await moveClock(database, '3 minutes');
    expect(await take(two)).not.toBeNull();
    expect(await keep(one)).toBe(false);
    await end(one, true);
    expect(await keep(two)).toBe(true);
  });

  it('is followed by a rest when it is finished, and by nothing when it is not', async () => {
    await take(one);
    await end(one, false);
    expect(await take(two)).not.toBeNull();
    await end(two, true);
    expect(await take(one)).toBeNull();
    await moveClock(database, '11 minutes');
    expect(await take(one)).not.toBeNull();
  });

  it('is not kept by a clock that was set back', async () => {
    await moveClock(database, '3 days');
    await take(one);
    await moveClock(database, '0');
    expect(await take(two)).not.toBeNull();
  });
});
