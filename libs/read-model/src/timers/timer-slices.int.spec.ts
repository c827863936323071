import { beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePartitions } from '#event-store';
import type { Database } from '#platform';
import { moveClock, testDatabase } from '#testing';
import { prepareTimers, timerSlices } from './prepare-timers.js';
import { abandonTimerSlices, releaseTimerSlices, takeTimerSlices, wantTimerSlices } from './timer-slices.js';

describe('slices of due timers', () => {
  let database: Database;

  beforeAll(async () => {
    ({ database } = await testDatabase());
    await ensurePartitions(database.admin, 1);
    await prepareTimers(database.admin);
  });

  const take = (owner: string) => takeTimerSlices(database.reads, 0, owner, timerSlices, []);
  const release = (owner: string) => releaseTimerSlices(database.reads, 0, owner);

  it('are kept once more by their holder when somebody wanted them meanwhile, and then given back', async () => {
    const slices = await take('one');
    expect(slices).toHaveLength(timerSlices);
    expect(await take('two')).toBeNull();
    await wantTimerSlices(database.reads, 0);
    expect((await release('one'))?.sort()).toEqual(slices?.sort());
    expect(await release('one')).toBeNull();
    expect(await take('two')).toHaveLength(timerSlices);
    await abandonTimerSlices(database.reads, 0, 'two');
  });

  it('that were wanted before they were taken need no second look', async () => {
    await take('one');
    await wantTimerSlices(database.reads, 0);
    await abandonTimerSlices(database.reads, 0, 'one');
    await take('two');
    expect(await release('two')).toBeNull();
  });

  it('are free of what was written by a clock that has been set back since', async () => {
    await moveClock(database, '10 minutes');
    await take('ahead');
    await wantTimerSlices(database.reads, 0);
    await moveClock(database, '0');
    expect(await take('now')).toHaveLength(timerSlices);
    expect(await release('now')).toBeNull();
  });
});
