import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { addConsumer } from '#event-store';
import { freePort, packageRoot } from '#platform';
import { openQueues } from '#queues';
import { cleanUp, testDatabase, testService, testWorld, waitFor } from '#testing';

/** Milliseconds that whoever runs us waits before it kills (docs/operating.md). */
const GRACE = 30_000;
/** Milliseconds between two of them, so that each is told at another moment of its start. */
const STEP = 60;

async function open(app: string) {
  const { url, database } = await testDatabase();
  const store = await testWorld(database);
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL: undefined }, 'test');
  cleanUp(() => queues.close());
  await queues.migrate();
  await addConsumer(database.admin, 'somebody', null, 'now');
  await (await testService(store)).addSessions(10, { ttl: 1 });
  const start = async () => {
    const env = {
      PATH: process.env['PATH'],
      PORT: String(await freePort()),
      DATABASE_URL: url,
      MASKLINE_MASTER_KEY: store.masterKey.export().toString('hex'),
    };
    const program = join(packageRoot, 'dist', 'apps', app, 'src', 'main.js');
    const child = spawn(process.execPath, [program], { env, stdio: 'ignore' });
    cleanUp(() => child.kill('SIGKILL'));
    const ended = once(child, 'close').then(() => 'it ended');
    return {
      stop() {
        child.kill('SIGTERM');
        return Promise.race([ended, pause(GRACE, 'it goes on', { ref: false })]);
      },
    };
  };
  return { database, start };
}

it.each(['worker', 'api'])(
  'a %s that is told to stop while it starts ends, whenever that is',
  async (app) => {
    const { start } = await open(app);
    const stopAfter = async (milliseconds: number) => {
      const starting = await start();
      await pause(milliseconds);
      return starting.stop();
    };
    // Four at a time, for a start takes a core for itself.
    for (let first = 200; first < 1_600; first += 4 * STEP) {
      const told = await Promise.all([0, 1, 2, 3].map((i) => stopAfter(first + i * STEP)));
      expect(told).toEqual(Array.from({ length: 4 }, () => 'it ended'));
    }
  },
);

it('a worker that is told to stop while the database keeps its start waiting ends', async () => {
  const { database, start } = await open('worker');
  const client = await database.admin.connect();
  await client.query('begin; lock table maskline.subscription in access exclusive mode');
  try {
    const worker = await start();
    await waitFor(async () => {
      const waiting = `select from pg_stat_activity where application_name like 'maskline worker%' and wait_event_type = 'Lock'`;
      return (await database.admin.query(waiting)).rows.length > 0;
    });
    await pause(500);
    expect(await worker.stop()).toBe('it ended');
  } finally {
    await client.query('rollback');
    client.release();
  }
});
