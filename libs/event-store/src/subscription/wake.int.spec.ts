import { beforeAll, describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { cleanUp, testDatabase, waitFor, type TestDatabase } from '#testing';
import { Wake } from './wake.js';

// Lost connections are the subject here, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

let database: TestDatabase['database'];

beforeAll(async () => {
  ({ database } = await testDatabase());
});

const never = new AbortController().signal;

function openWake(connect: (() => Promise<pg.Client>) | null): Wake {
  const wake = new Wake(database.subscriptions, connect);
  cleanUp(() => wake.stop());
  wake.start();
  return wake;
}

/** Whether a reader hears of an append before it would look by itself. */
async function hears(reader: Wake, writer: Wake, partition: number): Promise<boolean> {
  let isWoken = false;
  void reader.next(partition, 60_000, never).then(() => (isWoken = true));
  return waitFor(
    () => {
      writer.appended(partition);
      return isWoken;
    },
    { every: 50 },
  );
}

/** A connection on which LISTEN has to wait behind another statement. */
async function busyClient(): Promise<{ client: pg.Client; pid: number }> {
  const client = await database.openClient();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  client.query('select pg_sleep(60)').catch(() => undefined);
  return { client, pid: rows[0]?.pid ?? 0 };
}

async function terminate(pids: readonly number[]): Promise<void> {
  await database.admin.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [pids]);
}

async function listeners(): Promise<number[]> {
  const { rows } = await database.admin.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where datname = current_database() and application_name like '%listen' and query like 'listen%' and state = 'idle'`,
  );
  return rows.map(({ pid }) => pid);
}

/** What the garbage collector does at moments of its own, at once. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe('a wait for a wake-up', () => {
  it('ends when its time is up, though garbage is collected meanwhile', async () => {
    const wake = openWake(null);
    const collect = garbageCollector();
    let isOver = false;
    void wake.next(0, 200, never).then(() => (isOver = true));

    const isInTime = await waitFor(() => {
      collect();
      return isOver;
    });

    expect(isInTime).toBe(true);
  });

  it('ends when it is called off, before or meanwhile', async () => {
    const wake = openWake(null);
    const stop = new AbortController();
    const waiting = wake.next(0, 60_000, stop.signal);
    stop.abort();

    await expect(waiting).resolves.toBeUndefined();
    await expect(wake.next(0, 60_000, stop.signal)).resolves.toBeUndefined();
  });
});

describe('a wake-up', () => {
  it('reaches the readers of its own process without a connection', async () => {
    const wake = openWake(null);

    expect(await hears(wake, wake, 0)).toBe(true);
  });

  it('reaches the readers of another process', async () => {
    const reader = openWake(() => database.openClient());
    const writer = openWake(null);

    expect(await hears(reader, writer, 3)).toBe(true);
    await reader.stop();
  });

  it('comes through again after the server has ended the connection', async () => {
    const reader = openWake(() => database.openClient());
    const writer = openWake(null);
    const [before = 0] = await waitFor(async () => {
      const found = await listeners();
      return found.length === 1 && found;
    });

    await terminate([before]);

    await waitFor(async () => (await listeners()).some((pid) => pid !== before));
    expect(await hears(reader, writer, 0)).toBe(true);
    await reader.stop();
  });

  it('comes through again after a connection that broke while it began to listen', async () => {
    const first = await busyClient();
    let asked = 0;
    const reader = openWake(() => (asked++ === 0 ? Promise.resolve(first.client) : database.openClient()));
    await waitFor(() => asked === 1);

    await terminate([first.pid]);

    expect(await hears(reader, openWake(null), 0)).toBe(true);
    await reader.stop();
  });

  it('comes after the wait at the latest', async () => {
    await expect(openWake(null).next(0, 20, never)).resolves.toBeUndefined();
  });
});

describe('stopping', () => {
  it('ends while the connection is still being made', async () => {
    let hasCome: (client: pg.Client) => void = () => undefined;
    const wake = openWake(() => new Promise((resolve) => (hasCome = resolve)));

    const stopped = wake.stop();
    hasCome(await database.openClient());

    await expect(stopped).resolves.toBeUndefined();
  });

  it('ends while it begins to listen', async () => {
    const { client } = await busyClient();
    let asked = 0;
    const wake = openWake(() => {
      asked++;
      return Promise.resolve(client);
    });
    await waitFor(() => asked === 1);

    await expect(wake.stop()).resolves.toBeUndefined();
  });

  it('ends while it listens, and closes the connection', async () => {
    const wake = openWake(() => database.openClient());
    await waitFor(async () => (await listeners()).length === 1);

    await wake.stop();

    await waitFor(async () => (await listeners()).length === 0);
    expect(await listeners()).toEqual([]);
  });
});
