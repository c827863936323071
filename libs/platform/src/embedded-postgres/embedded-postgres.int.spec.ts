import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { cleanUp, waitFor } from '#testing';
import { packageRoot } from '../package-root.js';
import { postgresProcesses } from '../process-table.js';
import { StartError } from '../start-error.js';
import { canEnter } from './database-user.js';
import {
  runningEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from './embedded-postgres.js';
import { findHome } from './home.js';
import { readPostmasterFile } from './postmaster-file.js';

const isRoot = process.getuid?.() === 0;
/** `daemon`: it is on every system, and initdb wants its user to have a name. */
const SOMEBODY = { uid: 1, gid: 1 };

let prepared: string;

beforeAll(async () => {
  prepared = await freshDirectory();
  await (await start(prepared)).stop();
});

describe('embedded PostgreSQL', () => {
  it('keeps its data from one start to the next', async () => {
    const dataDir = await freshDirectory();
    const first = await start(dataDir);
    await query(first.url, 'create table kept as select 42 as n');
    await first.stop();
    expect(processesOf(dataDir)).toEqual([]);

    const second = await start(dataDir);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  it('runs in UTF-8 and UTC, writes through, checks its pages and sorts by code point', async () => {
    const { url } = await start(await directoryWithData());

    expect(
      await query(
        url,
        `select current_setting('server_encoding') as encoding, current_setting('timezone') as timezone,
           current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
           current_setting('data_checksums') as checksums, 'Z' < 'a' as code_points, upper('ä') as capital`,
      ),
    ).toEqual([
      {
        encoding: 'UTF8',
        timezone: 'UTC',
        fsync: 'on',
        commit: 'on',
        checksums: 'on',
        code_points: true,
        capital: 'Ä',
      },
    ]);
  });

  it('lets nobody in without the password, which only its owner can read', async () => {
    const dataDir = await directoryWithData();
    const { url } = await start(dataDir);
    const stranger = new URL(url);
    stranger.password = 'guess';

    await expect(query(stranger.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
  });

  it('keeps what clients said out of its log', async () => {
    const dataDir = await directoryWithData();
    const { url } = await start(dataDir);

    await expect(query(url, `select 'Alice Miller'::int`)).rejects.toMatchObject({ code: '22P02' });

    const directory = join(findHome(dataDir).cluster, 'log');
    const log = readdirSync(directory).map((file) => readFileSync(join(directory, file), 'utf8'));
    expect(log.join('')).toMatch(/ready to accept connections/);
    expect(log.join('')).not.toMatch(/Alice|invalid input/);
  });

  it('tells others of the data directory where it runs, for as long as it runs', async () => {
    const dataDir = await directoryWithData();
    const postgres = await start(dataDir);
    expect(runningEmbeddedPostgres(dataDir)).toBe(postgres.url);

    await postgres.stop();
    expect(runningEmbeddedPostgres(dataDir)).toBeNull();
  });

  it('refuses a second owner in one line', async () => {
    const dataDir = await directoryWithData();
    await start(dataDir);

    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(
      new StartError(`another Maskline (pid ${process.pid}) uses ${dataDir}`),
    );
  });

  it('ends with an owner that is killed, and recovers what was committed', async () => {
    const dataDir = await directoryWithData();
    const owner = await startOwner(dataDir);
    await query(owner.url, 'create table kept as select 42 as n');

    owner.process.kill('SIGKILL');
    await waitFor(() => processesOf(dataDir).length === 0);

    const { url } = await start(dataDir);
    expect(await query(url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  it('starts at once after its owner was killed, while the old server may still be there', async () => {
    const dataDir = await directoryWithData();
    const owner = await startOwner(dataDir);
    owner.process.kill('SIGKILL');
    await once(owner.process, 'close');

    const { url } = await start(dataDir);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('stops an orphan whose owner and watcher were both killed, and takes over', async () => {
    const dataDir = await directoryWithData();
    const owner = await startOwner(dataDir);
    const orphan = readPostmasterFile(findHome(dataDir).cluster)?.pid;
    // The watcher is found by its command line, the script with the data directory behind it.
    for (const pid of pidsWith(dataDir).filter((pid) => pid !== orphan)) process.kill(pid, 'SIGKILL');
    await once(owner.process, 'close');
    expect(processesOf(dataDir)).toContain(orphan);

    const { url } = await start(dataDir);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(processesOf(dataDir)).not.toContain(orphan);
  });

  it('takes over after a power failure that left the pids of other programs in its files', async () => {
    const dataDir = await directoryWithData();
    const first = await start(dataDir);
    const { cluster } = findHome(dataDir);
    const lockFile = readFileSync(join(cluster, 'postmaster.pid'), 'utf8');
    await first.stop();
    // Both pids are of a live process that has nothing to do with it: our own parent.
    writeFileSync(join(cluster, 'postmaster.pid'), lockFile.replace(/^\d+/, String(process.ppid)));
    writeFileSync(join(dataDir, 'owner'), `${process.ppid} another-boot/1\n`);

    const { url } = await start(dataDir);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('begins anew when it was cut while it made its cluster', async () => {
    const dataDir = await freshDirectory();
    const { cluster } = findHome(dataDir);
    await mkdir(join(`${cluster}.new`, 'base'), { recursive: true });

    const { url } = await start(dataDir);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(existsSync(`${cluster}.new`)).toBe(false);
  });

  it('goes without a socket where the path is too long for one', async () => {
    const dataDir = join(await freshDirectory(), 'long'.repeat(30));

    const { url } = await start(dataDir);
    expect(new URL(url).searchParams.get('host')).toBeNull();
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('says in one line why it did not start', async () => {
    const dataDir = await directoryWithData();
    const bad = startEmbeddedPostgres(dataDir, { settings: { shared_buffers: '1TB' } });

    await expect(bad).rejects.toThrow(/^PostgreSQL did not start: .*shared memory[^\n]*$/);
    expect(processesOf(dataDir)).toEqual([]);
  });

  (isRoot ? it : it.skip)('goes elsewhere when root starts it in a closed directory', async () => {
    const home = await freshDirectory();
    chmodSync(home, 0o700);
    const dataDir = join(home, 'checkout', '.maskline');

    const first = await start(dataDir);
    const elsewhere = readFileSync(join(dataDir, 'postgres.path'), 'utf8').trim();
    cleanUp(() => {
      rmSync(elsewhere, { recursive: true });
    });
    await query(first.url, 'create table kept as select 42 as n');
    await first.stop();
    expect(elsewhere).toMatch(/^\/var\/lib\/maskline\/[0-9a-f]{16}$/);

    const second = await start(dataDir);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
    await second.stop();
  });

  (isRoot && canEnter(packageRoot, SOMEBODY) ? it : it.skip)(
    'runs for an ordinary user as that user',
    async () => {
      const dataDir = await freshDirectory();
      await chown(dataDir, SOMEBODY.uid, SOMEBODY.gid);
      const owner = await startOwner(dataDir, SOMEBODY);

      expect(await query(owner.url, 'select 1 as n')).toEqual([{ n: 1 }]);
      expect((await stat(findHome(dataDir).cluster)).uid).toBe(SOMEBODY.uid);
      owner.process.kill('SIGTERM');
      await waitFor(() => processesOf(dataDir).length === 0);
    },
  );
});

async function freshDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'maskline-embedded-'));
  chmodSync(directory, 0o755);
  cleanUp(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  return directory;
}

/** As left by an earlier run: making a cluster takes a second. */
async function directoryWithData(): Promise<string> {
  const directory = await freshDirectory();
  execFileSync('cp', ['-a', `${prepared}/.`, directory]);
  return directory;
}

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(dataDir);
  cleanUp(() => postgres.stop());
  return postgres;
}

/** Another process that starts it and stays: the one to kill. */
async function startOwner(
  dataDir: string,
  user: { uid: number; gid: number } | null = null,
): Promise<{ process: ChildProcess; url: string }> {
  const script = `
    import { startEmbeddedPostgres } from '#platform';
    const { url } = await startEmbeddedPostgres(${JSON.stringify(dataDir)});
    console.log(url);
    setInterval(() => undefined, 60_000);`;
  const loader = join(packageRoot, 'scripts', 'typescript.mjs');
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', script], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  });
  cleanUp(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const url = await waitFor(() => /^postgres:.*(?=\n)/.exec(output)?.[0]);
  return { process: child, url };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

function processesOf(dataDir: string): number[] {
  const { cluster } = findHome(dataDir);
  return postgresProcesses(cluster, readPostmasterFile(cluster)?.pid ?? null);
}

/** Linux only, as is all of this machinery of processes that it looks at. */
function pidsWith(argument: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => commandLine(entry).includes(argument))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
