import { describe, expect, it } from '@jest/globals';
import { cleanUp, testDatabase, testService, testWorld, waitFor } from '#testing';
import { AccountHourQueries } from '#read-model';
import { sessionStream, updateSession } from '#domain';
import { Statistics } from './statistics.js';

const everything = ['2000-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z'] as const;

describe('the statistics of an account', () => {
  it('count each event once, also when several workers count and one of them ends', async () => {
    const { database } = await testDatabase();
    const world = await testWorld(database);
    const { accountSid, context, addSessions } = await testService(world);
    const other = await testService(world);
    await addSessions(20, {});
    const workers = [0, 1].map(() => new Statistics(database, world.events, world.wake));
    for (const worker of workers) {
      await worker.start();
      cleanUp(() => worker.stop());
    }
    const [first = ''] = await addSessions(10, {});
    await other.addSessions(3, {});
    await world.events.change(sessionStream, first, context, (session, { now }) =>
      updateSession(session, { status: 'closed' }, now),
    );
    const queries = new AccountHourQueries(database, 1);
    const hours = (account = accountSid) => queries.list(account, ...everything);
    const total = async (account = accountSid) => {
      const counted = await hours(account);
      const sum = (of: 'sessions_created' | 'sessions_closed') =>
        counted.reduce((all, hour) => all + hour[of], 0);
      return [sum('sessions_created'), sum('sessions_closed')];
    };
    await waitFor(async () => (await total()).join() === '30,1');
    await waitFor(async () => (await total(other.accountSid)).join() === '3,0');

    await workers[0]?.stop();
    await addSessions(5, {});
    await waitFor(async () => (await total()).join() === '35,1');
    for (const { hour } of await hours()) expect(hour).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/);
    expect(await queries.list(accountSid, '2000-01-01', '2001-01-01')).toEqual([]);
  });
});
