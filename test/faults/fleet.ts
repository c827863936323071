import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addConsumer } from '#event-store';
import { freePort, migrate, openDatabase, packageRoot, spawnSupervised, type Database } from '#platform';
import { openQueues } from '#queues';
import { cleanUp, startDurableRedis, startService, type OwnRedis, type Service } from '#testing';
import { FaultProxy } from '../failures/fault-proxy.js';
import { startPostgresServer, type PostgresServer } from './postgres-server.js';
import { SmallDisk } from './small-disk.js';
import { Supervised, tail, type Running } from './supervised.js';

export const consumer = 'session-journal';

type RedisServer = OwnRedis & Running;

/** Everything that runs in an installation of two API and two worker processes, each to be ended at any moment. */
export interface Fleet {
  readonly apis: readonly [Supervised<Service>, Supervised<Service>];
  readonly workers: readonly [Supervised<Service>, Supervised<Service>];
  /** The example, as somebody's consumer. */
  readonly journal: Supervised<Running>;
  readonly postgres: Supervised<PostgresServer>;
  /** Null when the queues are on PostgreSQL. */
  readonly redis: Supervised<RedisServer> | null;
  readonly toPostgres: FaultProxy;
  readonly toRedis: FaultProxy | null;
  /** Holds the data of PostgreSQL; null where we may not make it. */
  readonly disk: SmallDisk | null;
  /** For those who look: no fault is in its way, but that the server may be away. */
  readonly database: Database;
  /** To start a program beside the others, e.g. the CLI. */
  readonly env: Readonly<Record<string, string>>;
  readonly account: { readonly sid: string; readonly authToken: string; readonly masterKey: string };
  /** Resolves when all runs. */
  up(): Promise<void>;
  /** The end of what each process has said. */
  logs(): string;
}

export async function startFleet(
  backend: 'postgres' | 'redis',
  onOwnEnd: (what: string) => void,
): Promise<Fleet> {
  const directory = await mkdtemp(join(tmpdir(), 'maskline-faults-'));
  // PostgreSQL may have to run as another user than we.
  await chmod(directory, 0o755);
  cleanUp(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const [diskDirectory, redisDirectory] = [join(directory, 'disk'), join(directory, 'redis')];
  await Promise.all([mkdir(diskDirectory, { mode: 0o755 }), mkdir(redisDirectory)]);
  const disk = SmallDisk.mount(diskDirectory);
  const all: Supervised<Running>[] = [];
  const supervise = <Process extends Running>(
    name: string,
    begin: () => Promise<Process>,
    report = onOwnEnd,
  ) => {
    const supervised = new Supervised(name, begin, report);
    all.push(supervised);
    cleanUp(() => supervised.stop());
    return supervised;
  };

  const port = await freePort();
  // On a full disk it may end by itself.
  const postgres = supervise(
    'PostgreSQL',
    () => startPostgresServer(join(diskDirectory, 'data'), port),
    () => undefined,
  );
  await postgres.start();
  const { url } = await postgres.up();
  const database = openDatabase({ DATABASE_URL: url }, 'test');
  cleanUp(() => database.close());
  await migrate(database.admin);
  const toPostgres = await FaultProxy.open(url);

  const redisPort = await freePort();
  const redis = backend === 'redis' ? supervise('Redis', () => startRedis(redisDirectory, redisPort)) : null;
  await redis?.start();
  const toRedis = redis && (await FaultProxy.open(`redis://127.0.0.1:${redisPort}`));

  const queues = openQueues({ DATABASE_URL: url, REDIS_URL: toRedis?.url }, 'test');
  await queues.migrate();
  await queues.close();
  await addConsumer(database.admin, consumer, null, 'beginning');

  const env = {
    DATABASE_URL: toPostgres.url,
    ...(toRedis && { REDIS_URL: toRedis.url }),
    // Else what is to be seen at the end is lost between the requests that were told to come again.
    LOG_LEVEL: 'warn',
  };
  const first = await startService('api', { env });
  const service = (app: 'api' | 'worker') => () => startService(app, { like: first, env });
  const apis = [supervise('api 1', service('api')), supervise('api 2', service('api'))] as const;
  const workers = [
    supervise('worker 1', service('worker')),
    supervise('worker 2', service('worker')),
  ] as const;
  const journal = supervise(
    'the consumer',
    () => startJournal({ ...first.env, ...env }),
    (what) => {
      // Nobody is told when its start is over; one that failed says so in this way, and any other end differently.
      if (!/^maskline: /m.test(what)) onOwnEnd(what);
    },
  );
  await Promise.all([...apis, ...workers, journal].map((process) => process.start()));
  // It has made the account and its settings, which the others took over.
  await first.stop();

  return {
    apis,
    workers,
    journal,
    postgres,
    redis,
    toPostgres,
    toRedis,
    disk,
    database,
    env: { ...first.env, ...env },
    account: {
      sid: first.accountSid,
      authToken: first.authToken,
      masterKey: first.env['MASKLINE_MASTER_KEY'] ?? '',
    },
    async up() {
      await Promise.all(all.map((process) => process.up()));
    },
    logs: () => all.map((process) => `-- ${process.name}\n${tail(process.logs(), 20)}`).join('\n'),
  };
}

async function startRedis(directory: string, port: number): Promise<RedisServer> {
  const server = await startDurableRedis(directory, port);
  return { ...server, logs: () => '' };
}

const journalProgram = join(packageRoot, 'dist', 'examples', consumer, 'main.js');

/** It has no port to ask whether it is there. */
function startJournal(env: Readonly<Record<string, string>>): Promise<Running> {
  const child = spawnSupervised(process.execPath, [journalProgram], { stopSignal: 'KILL', env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'close');
  return Promise.resolve({
    logs: () => output,
    exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  });
}
