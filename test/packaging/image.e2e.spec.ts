import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { freePort, pendingMigrations, spawnSupervised, type SupervisedProcess } from '#platform';
import { cleanUp, testDatabase, waitFor } from '#testing';
import { readCompose, settingsOf, type ComposeService } from './compose.js';
import { commandOf, environmentOf, lastOf, readDockerfile } from './dockerfile.js';
import { layOutImage } from './lay-out-image.js';

// The commands of Dockerfile and docker-compose.yml as plain processes: what compose starts, with the settings that it
// gives, from the files that the image holds, against a real PostgreSQL and, where there is one, a real Redis.

const account = { sid: `AC${'1'.repeat(32)}`, token: '2'.repeat(32) };
const secrets = {
  POSTGRES_PASSWORD: 'not-used-here',
  MASKLINE_MASTER_KEY: '00'.repeat(32),
  MASKLINE_ACCOUNT_SID: account.sid,
  MASKLINE_AUTH_TOKEN: account.token,
};

const stages = await readDockerfile('Dockerfile');
const image = stages.at(-1) ?? fail('no stage');
const compose = await readCompose('docker-compose.yml');
const directory = await layOutImage(stages, image);
cleanUp(() => rm(directory, { recursive: true }));

const { url: databaseUrl, database } = await testDatabase({ migrated: false });
const redisUrl = hasRedis() ? await startRedis(service('redis')) : '';

describe('the image', () => {
  it('migrates an empty database, and ends', async () => {
    const migrate = start(service('migrate'), await freePort());
    expect(await exitOf(migrate)).toBe(0);
    expect(await pendingMigrations(database.admin)).toEqual([]);
  });

  it.each(['api', 'worker'])('runs as %s, is healthy, and ends when it is told to', async (role) => {
    const port = await freePort();
    const running = start(service(role), port);
    const ended = exitOf(running);
    await waitFor(() => isHealthy(port), { every: 100 });
    if (role === 'api') expect(await listServices(port)).toBe(200);

    const told = performance.now();
    running.kill(signal());
    expect(await ended).toBe(0);
    expect(performance.now() - told).toBeLessThan(secondsOf(service(role).stop_grace_period) * 1000);
  });
});

function start(role: ComposeService, port: number): SupervisedProcess {
  const [, ...args] = role.command ?? commandOf(lastOf(image, 'CMD'));
  const env = {
    ...environmentOf(image),
    ...settingsOf(role, secrets),
    // Compose's network is not here: other addresses, and no port that the world can reach.
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HOST: '127.0.0.1',
    PORT: String(port),
  };
  const child = spawnSupervised(process.execPath, args, { stopSignal: 'KILL', env, cwd: directory });
  child.stdout.resume();
  child.stderr.pipe(process.stderr);
  cleanUp(() => child.stdin.end());
  return child;
}

async function exitOf(child: SupervisedProcess): Promise<unknown> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** The image's own HEALTHCHECK. */
function isHealthy(port: number): boolean {
  const [, ...args] = commandOf(lastOf(image, 'HEALTHCHECK'));
  const { status } = spawnSync(process.execPath, args, { env: { PORT: String(port) }, timeout: 3000 });
  return status === 0;
}

async function listServices(port: number): Promise<number> {
  const authorization = `Basic ${btoa(`${account.sid}:${account.token}`)}`;
  const { status } = await fetch(`http://127.0.0.1:${port}/v1/Services`, { headers: { authorization } });
  return status;
}

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** Compose's Redis, in a directory and on a port of its own. */
async function startRedis({ command, healthcheck }: ComposeService): Promise<string> {
  const [program, ...args] = command ?? fail('redis has no command');
  const port = await freePort();
  const own = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory];
  const server = spawnSupervised(program, [...args, ...own], { stopSignal: 'TERM', env: process.env });
  const ended = once(server, 'close');
  server.stdout.resume();
  cleanUp(async () => {
    server.stdin.end();
    await ended;
  });

  const [, client, ...question] =
    healthcheck !== undefined && 'test' in healthcheck ? healthcheck.test : fail('redis has no healthcheck');
  await waitFor(() => spawnSync(client, ['-p', String(port), ...question]).status === 0);
  return `redis://127.0.0.1:${port}`;
}

function service(name: string): ComposeService {
  return compose.services[name] ?? fail(`compose has no ${name}`);
}

function signal(): NodeJS.Signals {
  const [name] = lastOf(image, 'STOPSIGNAL').words;
  return name === 'SIGTERM' || name === 'SIGINT' ? name : fail(`the processes do not handle ${name ?? ''}`);
}

function secondsOf(duration = '10s'): number {
  return Number(/^(\d+)s$/.exec(duration)?.[1]);
}

function fail(message: string): never {
  throw new Error(message);
}
