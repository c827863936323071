import { beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { migrate, openDatabase, startEmbeddedPostgres, type Database } from '#platform';
import {
  cleanUp,
  hasPgBouncer,
  postgresVersions,
  startPgBouncer,
  testDatabase,
  testStore,
  waitFor,
  type PgBouncerOptions,
} from '#testing';
import { auditAcknowledged, BusyWriters } from './busy-writers.js';

// Each lost connection is a warning.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const withPgBouncer = hasPgBouncer() ? describe : describe.skip;

withPgBouncer.each(postgresVersions())('through PgBouncer, on PostgreSQL %s', (postgres) => {
  it('nothing is lost or doubled when PgBouncer is killed again and again', async () => {
    const { url, database } = await testDatabase({ postgres });
    const { pooler, writers } = await openWriters(url, database);
    for (let round = 1; round <= 5; round++) {
      await goneOn(writers);
      await pooler.kill();
      await pooler.start();
    }
    await goneOn(writers);
    await writers.stop();
    expect(await auditAcknowledged(database, writers.acknowledged)).toEqual([]);
    expectOnlyOverloaded(writers);
  });

  it('nothing is lost or doubled when the server ends the connections behind it', async () => {
    const { url, database } = await testDatabase({ postgres });
    const { writers } = await openWriters(url, database);
    for (let round = 1; round <= 8; round++) {
      await goneOn(writers);
      const { rows } = await database.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'maskline pooled%'`,
      );
      expect(rows.length).toBeGreaterThan(0);
    }
    await goneOn(writers);
    await writers.stop();
    expect(await auditAcknowledged(database, writers.acknowledged)).toEqual([]);
    expectOnlyOverloaded(writers);
  });

  it.each([
    { pooler: 'keeps waiting', query_wait_timeout: '60' },
    { pooler: 'turns away', query_wait_timeout: '1' },
  ])(
    'callers whom PgBouncer $pooler, for it has no connection left, are told to come again, and nothing is lost',
    async ({ query_wait_timeout }) => {
      const { url, database } = await testDatabase({ postgres });
      const settings = { default_pool_size: '2', query_wait_timeout };
      const { pooler, writers } = await openWriters(url, database, { settings }, 1500);
      await goneOn(writers);
      const holders = await Promise.all([1, 2].map(() => holdConnection(pooler.url)));
      await waitFor(() => (writers.refused['overloaded'] ?? 0) >= 24);
      for (const holder of holders) await holder.query('commit');
      await goneOn(writers);
      await writers.stop();
      expect(await auditAcknowledged(database, writers.acknowledged)).toEqual([]);
      expectOnlyOverloaded(writers);
      // One wait for a load, one for an append; the rest is for a machine that is busy.
      expect(writers.slowest).toBeLessThan(2 * 1500 + 3000);
    },
  );
});

withPgBouncer('through PgBouncer', () => {
  it('nothing is lost or doubled when the server behind it crashes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'maskline-crashed-'));
    // PostgreSQL may have to run as another user than we.
    await chmod(directory, 0o755);
    cleanUp(() => rm(directory, { recursive: true, force: true }));
    const postgres = await startEmbeddedPostgres(join(directory, 'data'));
    cleanUp(() => postgres.stop());
    const database = openDatabase({ DATABASE_URL: postgres.url }, 'test');
    cleanUp(() => database.close());
    await migrate(database.admin);
    const { writers } = await openWriters(postgres.url, database);
    await goneOn(writers);
    // PgBouncer gives a connection the name of whoever uses it just then.
    const pid = await waitFor(async () => {
      const { rows } = await database.admin.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'maskline pooled append'`,
      );
      return rows[0]?.pid;
    });
    // When one of its processes is killed, PostgreSQL ends all others and recovers from its log.
    process.kill(pid, 'SIGKILL');
    await goneOn(writers);
    await writers.stop();
    expect(await waitFor(() => auditAcknowledged(database, writers.acknowledged))).toEqual([]);
    expectOnlyOverloaded(writers);
  });
});

/** Whose load was under way when a connection was lost is told to come again: 503, and every SDK may. */
function expectOnlyOverloaded({ refused }: BusyWriters): void {
  expect(Object.keys(refused).filter((code) => code !== 'overloaded')).toEqual([]);
}

async function openWriters(
  url: string,
  database: Database,
  options: PgBouncerOptions = {},
  patience = 10_000,
) {
  const pooler = await startPgBouncer(url, options);
  const config = { DATABASE_URL: url, DATABASE_POOL_URL: pooler.url, PREPARED_STATEMENTS: false };
  const pooled = openDatabase(config, 'pooled');
  cleanUp(() => pooled.close());
  const store = await testStore(database, {
    appends: (partition) => pooled.pipeline(partition),
    loads: pooled.reads,
    batching: { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience },
  });
  const writers = new BusyWriters(store, { writers: 24, retryAfter: 1 });
  cleanUp(() => writers.stop().catch(() => undefined));
  await writers.start();
  return { pooler, writers };
}

/** Twice as many as there are writers: none of those was under way before. */
async function goneOn({ acknowledged }: BusyWriters): Promise<void> {
  const before = acknowledged.length;
  await waitFor(() => acknowledged.length > before + 48);
}

/** One of PgBouncer's connections, for as long as its transaction lasts. The writers have them all: it may be turned away first. */
function holdConnection(url: string): Promise<pg.Client> {
  return waitFor(async () => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 3000,
      query_timeout: 3000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('begin');
    } catch (error) {
      await client.end();
      throw error;
    }
    cleanUp(() => client.end());
    return client;
  });
}
