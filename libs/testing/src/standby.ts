import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#platform';
import { cleanUp } from './clean-up.js';
import { DEBIAN_15 } from './servers.js';
import { waitFor } from './wait-for.js';

export interface ReplicatedPostgres {
  readonly primary: EmbeddedPostgres;
  readonly standby: EmbeddedPostgres;
  /** Resolves when the standby has replayed what the primary has written by now. */
  readonly caughtUp: () => Promise<void>;
  /** Makes the standby a primary. */
  readonly promote: () => Promise<void>;
}

/** PostgreSQL 15 as its package brings it: with the programs that make a standby. */
export const hasReplication = existsSync(join(DEBIAN_15, 'pg_basebackup'));

/** A primary and a hot standby that follows it by streaming replication, for this spec; with `isSynchronous` a commit waits for it. */
export async function replicatedPostgres({ isSynchronous = false } = {}): Promise<ReplicatedPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'maskline-replicated-'));
  await chmod(directory, 0o755);
  cleanUp(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const primary = await start(join(directory, 'primary'), {});
  await copyCluster(primary, join(directory, 'standby'));
  const standby = await start(join(directory, 'standby'), { hot_standby_feedback: 'on' });
  if (isSynchronous) {
    await run(primary.url, `alter system set synchronous_standby_names = '*'`);
    await run(primary.url, 'select pg_reload_conf()');
  }
  await waitFor(async () =>
    (await run(primary.url, 'select sync_state from pg_stat_replication')).some(
      ({ sync_state }) => sync_state === (isSynchronous ? 'sync' : 'async'),
    ),
  );
  return {
    primary,
    standby,
    caughtUp: async () => {
      const [row] = await run(primary.url, 'select pg_current_wal_flush_lsn()::text as lsn');
      const reached = `select pg_last_wal_replay_lsn() >= '${String(row?.['lsn'])}'::pg_lsn as is_there`;
      await waitFor(async () => (await run(standby.url, reached))[0]?.['is_there'] === true);
    },
    promote: async () => {
      await run(standby.url, 'select pg_promote(true, 30)');
    },
  };
}

async function start(dataDir: string, settings: Readonly<Record<string, string>>): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(dataDir, { binDir: DEBIAN_15, settings });
  cleanUp(() => postgres.stop());
  return postgres;
}

/** Its password lies beside the cluster, and the copy has the same. */
async function copyCluster(primary: EmbeddedPostgres, dataDir: string): Promise<void> {
  const [from, to] = [join(primary.cluster, '..'), dataDir];
  await mkdir(to, { mode: 0o755 });
  await copyFile(join(from, 'postgres.password'), join(to, 'postgres.password'));
  const cluster = join(to, 'postgres');
  const args = ['-d', primary.url, '-D', cluster, '-R', '-X', 'stream', '-c', 'fast'];
  const child = spawn(join(DEBIAN_15, 'pg_basebackup'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaint] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`pg_basebackup failed: ${complaint}`);
  // As root, PostgreSQL runs as whoever owns the cluster.
  const { uid, gid } = await stat(primary.cluster);
  if (process.getuid?.() === 0) await once(spawn('chown', ['-R', `${uid}:${gid}`, cluster]), 'close');
}

async function run(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
