import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, openDatabase, startEmbeddedPostgres, type EmbeddedPostgres } from '#platform';
import { findPgBouncer } from './pgbouncer.js';
import { startRedis } from './redis-server.js';
import { DEBIAN_15, publishServers, TEMPLATE, type Servers } from './servers.js';
import { useMemoryForTemporaryFiles } from './use-memory.js';

/** The data is worth nothing: without fsync the specs take half the time. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '300', shared_buffers: '128MB' };

export interface Harness {
  readonly servers: Servers;
  stop(): Promise<void>;
}

/**
 * Starts every PostgreSQL and Redis that this machine has, in a directory of their own outside the checkout, in memory if it can be.
 * They end with this process and the directory goes with them, even when the run is killed.
 */
export async function startHarness(): Promise<Harness> {
  useMemoryForTemporaryFiles();
  const directory = await mkdtemp(join(tmpdir(), 'maskline-test-'));
  // PostgreSQL may have to run as another user than we.
  await chmod(directory, 0o755);
  const removed = removeAtEnd(directory);

  const [redis, pgBouncer, ...clusters] = await Promise.all([
    startRedis(directory),
    findPgBouncer(),
    startPostgres(join(directory, '18')),
    ...(existsSync(DEBIAN_15) ? [startPostgres(join(directory, '15'), DEBIAN_15)] : []),
  ]);
  const servers: Servers = {
    postgres: Object.fromEntries(clusters.map(({ url, version }) => [major(version), { url, version }])),
    redis: redis && { url: redis.url, version: redis.version, isOurs: redis.isOurs },
    pgBouncer,
  };
  publishServers(servers);
  return {
    servers,
    async stop() {
      await Promise.all([redis?.stop(), ...clusters.map((cluster) => cluster.stop())]);
      await removed.now();
    },
  };
}

type TestPostgres = EmbeddedPostgres & { readonly version: string };

async function startPostgres(dataDir: string, binDir?: string): Promise<TestPostgres> {
  const cluster = await startEmbeddedPostgres(dataDir, { settings: SETTINGS, ...(binDir && { binDir }) });
  const template = new URL(cluster.url);
  template.pathname = TEMPLATE;
  const version = await createDatabase(cluster.url, TEMPLATE);
  const database = openDatabase({ DATABASE_URL: template.href }, 'template');
  await migrate(database.admin);
  await database.close();
  return { ...cluster, version };
}

/** Answers the version of the server. */
async function createDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return /^[\d.]+/.exec(rows[0]?.server_version ?? '')?.[0] ?? '';
}

function major(version: string): string {
  return version.replace(/\..*/, '');
}

/** A shell that waits for the end of this process, then removes the directory as soon as the servers let go of it. */
function removeAtEnd(directory: string): { now(): Promise<void> } {
  const script =
    'while read -r _; do :; done; for try in 1 2 3 4 5 6 7 8 9; do rm -rf "$1" && exit; sleep 1; done';
  const shell = spawn('/bin/sh', ['-c', script, 'sh', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  shell.unref();
  return {
    async now() {
      // Jest must not end before its teardown has.
      shell.ref();
      const exit = once(shell, 'exit');
      shell.stdin.end();
      await exit;
    },
  };
}
