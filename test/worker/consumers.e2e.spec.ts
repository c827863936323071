import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { addConsumer, countReplay, listConsumers, removeConsumer } from '#event-store';
import { openDatabase, runningEmbeddedPostgres, type Database } from '#platform';
import { eventQueue, openQueues, replayToConsumer } from '#queues';
import {
  cleanUp,
  queueBackends,
  redisUrl,
  startService,
  testDatabase,
  testService,
  testWorld,
  waitFor,
} from '#testing';
import { entriesIn, journalName, journalProgram, startJournal } from './session-journal.js';

const name = journalName;

describe.each(queueBackends())('the example consumer, with queues on %s', (backend) => {
  it('handles each event once, though it is killed again and again, and once more for a replay', async () => {
    const { database, store, queues, env } = await open(backend);
    await startService('worker', { env });
    const service = await testService(store);
    await service.addSessions(200, {});
    expect(await addConsumer(database.admin, name, ['SessionCreated', 'SessionExpired'], 'beginning')).toBe(
      true,
    );
    expect(await addConsumer(database.admin, name, null, 'now')).toBe(false);

    for (let kills = 0; kills < 3; kills++) {
      const journal = startJournal(env);
      const before = await entriesIn(database);
      await service.addSessions(200, {});
      await waitFor(async () => (await entriesIn(database)) > before);
      await journal.kill();
    }
    await service.addSessions(50, { ttl: 1 });
    startJournal(env);

    await waitFor(async () => (await entriesIn(database)) === 900);
    expect(await tally(database)).toEqual({ SessionCreated: 850, SessionExpired: 50 });
    expect(await timesHandled(database)).toEqual([1]);

    const queue = eventQueue(queues, name);
    queue.start();
    cleanUp(() => queue.stop());
    await waitFor(() => queue.unfinished().then(() => true));
    const types = ['SessionCreated', 'SessionExpired'];
    const range = { partition: 0, from: 1, to: 1_000_000, types, streamId: null, serviceSid: null };
    const [consumer = { name, id: 0 }] = await listConsumers(database.admin);
    const send = (replayId: string | null) =>
      replayToConsumer(database.admin, queue, range, {
        consumer,
        replayId,
        perSecond: 10_000,
        signal: new AbortController().signal,
        progress: () => undefined,
      });

    expect(await countReplay(database.admin, range)).toEqual([
      { type: 'SessionCreated', events: 850 },
      { type: 'SessionExpired', events: 50 },
    ]);
    expect(await send(randomUUID())).toEqual({ sent: 900, present: 0 });
    await waitFor(async () => (await tally(database))['SessionCreated'] === 1_700);
    await waitFor(async () => (await tally(database))['SessionExpired'] === 100);
    expect(await timesHandled(database)).toEqual([2]);

    // Nothing is missing, so filling holes does nothing.
    await send(null);
    await waitFor(async () => (await queue.unfinished()) === 0);
    expect(await timesHandled(database)).toEqual([2]);
  });

  it('gets nothing any more once it is removed, and starts anew when it is added again', async () => {
    const { database, store, env } = await open(backend);
    await startService('worker', { env });
    const service = await testService(store);
    await addConsumer(database.admin, name, null, 'now');
    startJournal(env);
    await service.addSessions(10, {});
    await waitFor(async () => (await entriesIn(database)) === 10);

    expect(await removeConsumer(database.admin, name)).toBe(true);
    await service.addSessions(10, {});
    await addConsumer(database.admin, name, ['SessionCreated'], 'now');
    await service.addSessions(5, {});

    await waitFor(async () => (await entriesIn(database)) >= 15);
    await service.addSessions(1, {});
    await waitFor(async () => (await entriesIn(database)) >= 16);
    expect(await tally(database)).toEqual({ SessionCreated: 16 });
  });
});

describe('the example consumer beside npm start', () => {
  it('finds the database that runs in the data directory, and shows what it wrote there', async () => {
    const { env } = await startService('standalone');
    const url = runningEmbeddedPostgres(env['MASKLINE_DATA_DIR'] ?? '') ?? '';
    const database = openDatabase({ DATABASE_URL: url }, 'spec');
    cleanUp(() => database.close());
    await addConsumer(database.admin, name, null, 'beginning');
    startJournal(env);
    const service = await testService(await testWorld(database));
    await service.addSessions(3, {});

    await waitFor(async () => (await entriesIn(database)) === 3);
    const { code, stdout, stderr } = await runJournal(['--show'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/SessionCreated.* 3 /);
  });

  it('says in one line that nothing runs there', async () => {
    const { code, stderr } = await runJournal([], { MASKLINE_DATA_DIR: '/nonexistent' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^maskline: no Maskline runs on \/nonexistent: npm start first.*\n$/);
  });
});

async function open(backend: 'postgres' | 'redis') {
  const { url, database } = await testDatabase();
  const store = await testWorld(database);
  const REDIS_URL = backend === 'redis' ? await redisUrl() : undefined;
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
  cleanUp(() => queues.close());
  await queues.migrate();
  const env: Record<string, string> = {
    DATABASE_URL: url,
    MASKLINE_MASTER_KEY: store.masterKey.export().toString('hex'),
    ...(REDIS_URL !== undefined && { REDIS_URL }),
  };
  return { database, store, queues, env };
}

/** Until it ends by itself; one that does not is ended, and shows what it had said. */
async function runJournal(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [journalProgram, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    timeout: 60_000,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code: child.exitCode };
}

async function tally(database: Database): Promise<Record<string, number>> {
  const { rows } = await database.reads.query<{ what: string; n: number }>(
    'select what, sum(sessions)::int as n from session_journal.tally group by what',
  );
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

/** How often events were handled: one number when it is the same for all. */
async function timesHandled(database: Database): Promise<number[]> {
  const { rows } = await database.reads.query<{ times: number }>(
    'select distinct times from session_journal.entry order by times',
  );
  return rows.map(({ times }) => times);
}
