import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort, packageRoot, spawnSupervised, type SupervisedProcess } from '#platform';
import { cleanUp } from './clean-up.js';
import { findProgram } from './find-program.js';
import { knownServers, type Servers } from './servers.js';
import { waitFor } from './wait-for.js';

export interface PgBouncerOptions {
  /** Of the section [pgbouncer], on top of what every spec needs. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What each connection to the server is set up with; else what docs/scaling.md says. */
  readonly connectQuery?: string;
}

export interface PgBouncer {
  /** The database's URL, by way of PgBouncer. */
  readonly url: string;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Runs a command of its console, e.g. `pause`, and answers the rows. */
  command(command: string): Promise<Record<string, unknown>[]>;
}

/** Without it its specs are skipped, and the run says so. */
export function hasPgBouncer(): boolean {
  return knownServers().pgBouncer !== null;
}

export async function findPgBouncer(): Promise<Servers['pgBouncer']> {
  const program = findProgram('pgbouncer');
  if (program === null) return null;
  const { stdout } = await promisify(execFile)(program, ['--version']);
  return { program, version: /PgBouncer ([\d.]+)/.exec(stdout)?.[1] ?? 'unknown' };
}

/** A PgBouncer in transaction mode, for this spec file alone, set up as docs/scaling.md has it. */
export async function startPgBouncer(
  databaseUrl: string,
  { settings = {}, connectQuery }: PgBouncerOptions = {},
): Promise<PgBouncer> {
  const { pgBouncer } = knownServers();
  if (pgBouncer === null) throw new Error('this run has no PgBouncer');
  const directory = await mkdtemp(join(tmpdir(), 'maskline-pgbouncer-'));
  cleanUp(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  // It refuses to run as root.
  await chmod(directory, 0o755);
  const port = await freePort();
  const target = new URL(databaseUrl);
  const login = { user: decodeURIComponent(target.username), password: decodeURIComponent(target.password) };
  const file = join(directory, 'pgbouncer.ini');
  await writeFile(join(directory, 'userlist.txt'), `"${login.user}" "${login.password}"\n`);
  await writeFile(
    file,
    ini({
      databases: {
        [target.pathname.slice(1)]: [
          `host=${target.searchParams.get('host') ?? target.hostname}`,
          `port=${target.port}`,
          `connect_query='${connectQuery ?? (await documentedQuery())}'`,
        ].join(' '),
      },
      pgbouncer: {
        listen_addr: '127.0.0.1',
        listen_port: String(port),
        unix_socket_dir: '',
        auth_type: 'scram-sha-256',
        auth_file: join(directory, 'userlist.txt'),
        admin_users: login.user,
        pool_mode: 'transaction',
        max_client_conn: '500',
        server_login_retry: '0.2',
        ...settings,
      },
    }),
  );

  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  url.searchParams.delete('host'); // the server's socket would win
  const console = new URL(url);
  console.pathname = 'pgbouncer';
  let running: SupervisedProcess | null = null;

  const command = async (text: string) => {
    const client = new pg.Client({ connectionString: console.href, connectionTimeoutMillis: 1000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };
  const start = async () => {
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
    const child = spawnSupervised(pgBouncer.program, [file], { stopSignal: 'KILL', user });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
    }
    running = child;
    await waitFor(() => command('show version')).catch((error: unknown) => {
      throw new Error(`PgBouncer did not start:\n${output}`, { cause: error });
    });
  };
  const kill = async () => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  };
  cleanUp(kill);
  await start();
  return { url: url.href, start, kill, command };
}

/** What operators are told to write is what is tested. */
async function documentedQuery(): Promise<string> {
  const text = await readFile(join(packageRoot, 'docs', 'scaling.md'), 'utf8');
  const query = /connect_query='([^']+)'/.exec(text)?.[1];
  if (query === undefined) throw new Error('docs/scaling.md says no connect_query');
  return query;
}

function ini(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(sections)
    .flatMap(([name, entries]) => [`[${name}]`, ...Object.entries(entries).map(([k, v]) => `${k} = ${v}`)])
    .join('\n');
}
