import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort, spawnSupervised } from '#platform';
import { findProgram } from './find-program.js';
import { waitFor } from './wait-for.js';

interface RunningRedis {
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

export interface TestRedis extends RunningRedis {
  /** Started here, not somebody's that REDIS_URL names. */
  readonly isOurs: boolean;
}

export interface OwnRedis extends RunningRedis {
  /** Settles when it has ended, whoever ended it. */
  readonly exited: Promise<unknown>;
  /** Ends it with SIGKILL, as a power failure would. */
  kill(): Promise<void>;
}

/** Every spec gets a database of its own by number, so there must be many. */
export const REDIS_DATABASES = 1024;

/** The redis-server on the PATH, else the server that REDIS_URL names, else none. */
export async function startRedis(directory: string): Promise<TestRedis | null> {
  const program = findProgram('redis-server');
  const given = process.env['REDIS_URL'];
  if (program !== null) return { ...(await startOwn(program, directory)), isOurs: true };
  if (given === undefined) return null;
  return { url: given, version: await versionOf(given), isOurs: false, stop: () => Promise.resolve() };
}

/** A Redis of the caller's own, with the settings that an operator of Maskline is told to use. It ends with this process. */
export async function startDurableRedis(directory: string, port: number): Promise<OwnRedis> {
  const program = findProgram('redis-server');
  if (program === null) throw new Error('there is no redis-server on the PATH');
  return startOwn(program, directory, {
    port: String(port),
    databases: '1',
    appendonly: 'yes',
    appendfsync: 'always',
  });
}

async function startOwn(
  program: string,
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnRedis> {
  const { port = String(await freePort()) } = settings;
  const all = {
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    databases: String(REDIS_DATABASES),
    dir: directory,
    'maxmemory-policy': 'noeviction',
    ...settings,
    port,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawnSupervised(program, args, { stopSignal: 'TERM' });
  server.stdout.resume();
  server.stderr.resume();
  const exited = once(server, 'close');
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    version: await waitFor(() => versionOf(url)),
    exited,
    async stop() {
      server.stdin.end();
      await exited;
    },
    async kill() {
      server.kill('SIGKILL');
      await exited;
    },
  };
}

async function versionOf(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // Without a listener ioredis prints what the rejected promise says as well.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  } finally {
    redis.disconnect();
  }
}
