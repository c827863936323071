import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort, spawnSupervised } from '#platform';
import { findProgram } from './find-program.js';
import { waitFor } from './wait-for.js';

export interface TestRedis {
  readonly url: string;
  readonly version: string;
  /** Started here, not somebody's that REDIS_URL names. */
  readonly isOurs: boolean;
  stop(): Promise<void>;
}

/** Every spec gets a database of its own by number, so there must be many. */
export const REDIS_DATABASES = 1024;

/** The redis-server on the PATH, else the server that REDIS_URL names, else none. */
export async function startRedis(directory: string): Promise<TestRedis | null> {
  const program = findProgram('redis-server');
  const given = process.env['REDIS_URL'];
  if (program !== null) return startOwn(program, directory);
  if (given === undefined) return null;
  return { url: given, version: await versionOf(given), isOurs: false, stop: () => Promise.resolve() };
}

async function startOwn(program: string, directory: string): Promise<TestRedis> {
  const port = await freePort();
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    databases: String(REDIS_DATABASES),
    dir: directory,
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawnSupervised(program, args, { stopSignal: 'TERM' });
  server.stdout.resume();
  server.stderr.resume();
  const ended = once(server, 'close');
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    version: await waitFor(() => versionOf(url), { within: 10_000 }),
    isOurs: true,
    async stop() {
      server.stdin.end();
      await ended;
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
