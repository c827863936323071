import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort, spawnSupervised } from '#platform';
import type { BenchRun } from '../bench-run.js';

const run = promisify(execFile);

/** As the documentation asks for it: what is acknowledged may be lost for a second, and nothing is evicted. */
const SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  'maxmemory-policy': 'noeviction',
  save: '',
  bind: '127.0.0.1',
};

/** A Redis of this run; null when there is none on the PATH. */
export async function startRedis({
  directory,
  shutdown,
}: BenchRun): Promise<{ url: string; version: string } | null> {
  const version = await run('redis-server', ['--version']).then(
    ({ stdout }) => /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown',
    () => null,
  );
  if (version === null) return null;
  const port = await freePort();
  const dir = join(directory, 'redis');
  await mkdir(dir);
  const args = Object.entries({ ...SETTINGS, dir, port: String(port) });
  const server = spawnSupervised(
    'redis-server',
    args.flatMap(([name, value]) => [`--${name}`, value]),
    { stopSignal: 'TERM', env: { PATH: process.env['PATH'] } },
  );
  server.stdout.resume();
  server.stderr.resume();
  const ended = once(server, 'close');
  shutdown.add('Redis', async () => {
    server.stdin.end();
    await ended;
  });
  const url = `redis://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (server.exitCode !== null) throw new Error('redis-server did not start');
    await delay(50);
  }
  return { url, version };
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // Without a listener ioredis prints what the rejected promise says as well.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
