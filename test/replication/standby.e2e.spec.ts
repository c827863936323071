import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { migrate, openDatabase, packageRoot, type Database, type EmbeddedPostgres } from '#platform';
import { cleanUp, hasReplication, replicatedPostgres, testStore, waitFor } from '#testing';
import { auditAcknowledged, BusyWriters, type Acknowledged } from '../failures/busy-writers.js';

const program = join(packageRoot, 'dist', 'apps', 'cli', 'src', 'main.js');

// Each lost connection is a warning.
beforeAll(() => {
  Logger.overrideLogger(false);
});

(hasReplication ? describe : describe.skip)('a hot standby', () => {
  it('serves audits, also while the primary is away', async () => {
    const { primary, standby, caughtUp } = await replicatedPostgres();
    const writers = await writeTo(await openMigrated(primary));
    await waitFor(() => writers.acknowledged.length > 300);
    await writers.stop();
    await caughtUp();
    await primary.stop();

    const env = {
      PATH: process.env['PATH'],
      DATABASE_URL: primary.url,
      DATABASE_REPLICA_URL: standby.url,
      MASKLINE_MASTER_KEY: '00'.repeat(32),
    };
    const maskline = (...args: string[]) =>
      promisify(execFile)(process.execPath, [program, ...args], { env });
    const verified = await maskline('verify', '--state', '--hashes');
    expect(verified.stdout).toContain('no difference');
    const [{ sid } = { sid: '' }] = writers.acknowledged;
    const told = await maskline('timeline', sid, '--json');
    expect(told.stdout.trim().split('\n').length).toBeGreaterThan(2);
    await expect(maskline('replay', '--consumer', 'nobody', '--from', '1')).rejects.toThrow();
  });

  it.each([{ isSynchronous: false }, { isSynchronous: true }])(
    'that is promoted after the primary was killed goes on where it was (%o)',
    async ({ isSynchronous }) => {
      const { primary, standby, promote } = await replicatedPostgres({ isSynchronous });
      const before = await writeTo(await openMigrated(primary));
      await waitFor(() => before.acknowledged.length > 500);
      process.kill(postmasterOf(primary), 'SIGKILL');
      await before.stop();
      await promote();

      const database = open(standby);
      const wrong = await auditAcknowledged(database, before.acknowledged);
      const lost = wrong.filter((line) => line.endsWith('is not there'));
      // What did not get there is the end of the log, of every session and of all, and nothing else.
      expect(wrong).toEqual(lost);
      expect(await holesIn(database, before.acknowledged)).toEqual([]);
      if (isSynchronous) expect(lost).toEqual([]);

      const after = await writeTo(database);
      await waitFor(() => after.acknowledged.length > 300);
      await after.stop();
      const gone = new Set(lost);
      const all = await auditAcknowledged(database, [...before.acknowledged, ...after.acknowledged]);
      expect(all.filter((line) => !gone.has(line))).toEqual([]);
    },
    120_000,
  );
});

async function openMigrated(postgres: EmbeddedPostgres): Promise<Database> {
  const database = open(postgres);
  await migrate(database.admin);
  return database;
}

function open(postgres: EmbeddedPostgres): Database {
  const database = openDatabase({ DATABASE_URL: postgres.url }, 'spec');
  cleanUp(() => database.close());
  return database;
}

async function writeTo(database: Database): Promise<BusyWriters> {
  const batching = { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 2_000 };
  const writers = new BusyWriters(await testStore(database, { batching }), { writers: 16 });
  await writers.start();
  return writers;
}

/** Sessions of which something acknowledged is missing before something that is there. */
async function holesIn(database: Database, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const { rows } = await database.admin.query<{ sid: string; version: number }>(
    'select stream_id as sid, max(version) as version from maskline.event group by stream_id',
  );
  const known = await database.admin.query<{ request_id: string }>('select request_id from maskline.event');
  const there = new Set(known.rows.map(({ request_id }) => request_id));
  const last = new Map(rows.map(({ sid, version }) => [sid, version]));
  return acknowledged
    .filter(({ sid, version, requestId }) => version <= (last.get(sid) ?? 0) && !there.has(requestId))
    .map(({ sid, version }) => `${sid} at ${version}`);
}

function postmasterOf({ cluster }: EmbeddedPostgres): number {
  return Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
}
