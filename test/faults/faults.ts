import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { openDatabase } from '#platform';
import type { Fleet } from './fleet.js';
import type { Random } from './random.js';

/** Something that goes wrong; what it ends is started again by its supervisor. Resolves when it is over. */
export interface Fault {
  readonly name: string;
  /** What jobs lay in the queues is gone with it: consumers need `maskline replay --missing-only`. */
  readonly losesJobs?: true;
  strike(fleet: Fleet, random: Random): Promise<void>;
}

/** A bound statement names itself, whether it was parsed with it or before. The connection does in its first message. */
const isAppend = (bytes: Buffer) => bytes[0] !== 0 && bytes.includes('append\0');

const either = (random: Random) => (random.chance(50) ? 0 : 1);

const killed: Fault[] = [
  { name: 'an api is killed', strike: ({ apis }, random) => apis[either(random)].kill() },
  {
    name: 'both apis are killed',
    strike: async ({ apis }) => {
      await Promise.all(apis.map((api) => api.kill()));
    },
  },
  { name: 'a worker is killed', strike: ({ workers }, random) => workers[either(random)].kill() },
  {
    name: 'both workers are killed',
    strike: async ({ workers }) => {
      await Promise.all(workers.map((worker) => worker.kill()));
    },
  },
  { name: 'the consumer is killed', strike: ({ journal }) => journal.kill() },
  {
    name: 'everything is killed',
    strike: async ({ apis, workers, journal, postgres, redis }) => {
      const all = [...apis, ...workers, journal, postgres, ...(redis ? [redis] : [])];
      await Promise.all(all.map((process) => process.kill()));
    },
  },
];

const stopPostgres = ({ postgres }: Fleet, signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL') =>
  postgres.end(async (server) => {
    server.signal(signal);
    await server.exited;
  });

/** Asks PostgreSQL, if it runs, past all faults; nobody else's connection is taken for it. */
async function ask({ postgres }: Fleet, sql: string): Promise<void> {
  if (postgres.running === null) return;
  const database = openDatabase({ DATABASE_URL: postgres.running.url }, 'fault');
  // The server may end over it.
  await database.admin.query(sql).catch(() => undefined);
  await database.close();
}

const endConnections = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where application_name like 'maskline%' and application_name not like 'maskline fault%'`;

const ofPostgres: Fault[] = [
  { name: 'PostgreSQL is stopped at once', strike: (fleet) => stopPostgres(fleet, 'SIGQUIT') },
  { name: 'PostgreSQL is killed', strike: (fleet) => stopPostgres(fleet, 'SIGKILL') },
  { name: 'PostgreSQL is restarted', strike: (fleet) => stopPostgres(fleet, 'SIGINT') },
  {
    name: 'a process of PostgreSQL is killed',
    strike: async (fleet) => {
      const { rows } = await fleet.database.admin.query<{ pid: number }>(
        "select pid from pg_stat_activity where application_name like '% append' order by random() limit 1",
      );
      // All others end with it, for they share its memory.
      for (const { pid } of rows) process.kill(pid, 'SIGKILL');
    },
  },
  { name: 'an administrator ends all connections', strike: (fleet) => ask(fleet, endConnections) },
  {
    // Also those that are just being made: what was said on them since is read all at once.
    name: 'an administrator ends all connections of processes that stand still',
    strike: async (fleet, random) => {
      for (let ends = 0; ends < 10; ends++) {
        const processes = [...fleet.apis, ...fleet.workers].map(({ running }) => running);
        for (const process of processes) process?.signal('SIGSTOP');
        await pause(50);
        await ask(fleet, endConnections);
        for (const process of processes) process?.signal('SIGCONT');
        await pause(random.below(500));
      }
    },
  },
];

const ofTheNetwork: Fault[] = [
  {
    name: 'all connections to PostgreSQL are cut',
    strike: async ({ toPostgres }, random) => {
      for (let cuts = 0; cuts < 5; cuts++) {
        toPostgres.cut();
        await pause(random.below(120));
      }
    },
  },
  {
    name: 'answers of PostgreSQL to appends are lost',
    strike: async ({ toPostgres }) => {
      toPostgres.loseAnswers({ isRequest: isAppend, every: 3 });
      await pause(700);
      toPostgres.loseAnswers(null);
    },
  },
  {
    name: 'messages to and from PostgreSQL are torn',
    strike: async ({ toPostgres }, random) => {
      for (let tears = 0; tears < 3; tears++) {
        toPostgres.tear(() => random.next());
        await pause(100);
        toPostgres.release();
        await pause(150);
      }
    },
  },
  {
    name: 'the network to PostgreSQL is silent, then cut',
    strike: async ({ toPostgres }, random) => {
      toPostgres.hold();
      await pause(300 + random.below(700));
      toPostgres.cut();
      toPostgres.release();
    },
  },
  {
    name: 'the network to PostgreSQL is silent, then goes on',
    strike: async ({ toPostgres }, random) => {
      toPostgres.hold();
      await pause(300 + random.below(700));
      toPostgres.release();
    },
  },
];

const ofTheDisk: Fault[] = [
  {
    name: 'the disk of PostgreSQL is full',
    strike: async ({ disk }) => {
      await disk?.fill();
      await pause(800);
      disk?.free();
    },
  },
  {
    name: 'the disk is full where PostgreSQL needs a new file of its log',
    strike: async (fleet) => {
      await fleet.disk?.fill();
      // It has some files ahead; without one more it ends, and cannot start.
      for (let files = 0; files < 12 && fleet.postgres.running !== null; files++) {
        await ask(
          fleet,
          'select pg_switch_wal(), pg_logical_emit_message(true, $$fault$$, repeat($$x$$, 100000))',
        );
      }
      await pause(300);
      fleet.disk?.free();
    },
  },
];

const ofRedis: Fault[] = [
  {
    name: 'Redis is killed',
    strike: async ({ redis }) => {
      await redis?.kill();
    },
  },
  {
    name: 'all connections to Redis are cut',
    strike: async ({ toRedis }, random) => {
      for (let cuts = 0; cuts < 5; cuts++) {
        toRedis?.cut();
        await pause(random.below(120));
      }
    },
  },
  {
    name: 'messages to and from Redis are torn',
    strike: async ({ toRedis }, random) => {
      toRedis?.tear(() => random.next());
      await pause(300);
      toRedis?.release();
    },
  },
  {
    name: 'the network to Redis is silent, then cut',
    strike: async ({ toRedis }, random) => {
      toRedis?.hold();
      await pause(300 + random.below(700));
      toRedis?.cut();
      toRedis?.release();
    },
  },
];

const emptied: Fault = {
  name: 'Redis is emptied',
  losesJobs: true,
  strike: async ({ redis }) => {
    const server = await redis?.up();
    if (server === undefined) return;
    const client = new Redis(server.url);
    await client.flushall();
    client.disconnect();
  },
};

/** The faults of one group of rounds, each once, in the order of the seed; only those whose names match. */
export function dealFaults(fleet: Fleet, random: Random, canLoseJobs: boolean, only: RegExp): Fault[] {
  return random
    .shuffled([
      ...killed,
      ...ofPostgres,
      ...ofTheNetwork,
      ...(fleet.disk === null ? [] : ofTheDisk),
      ...(fleet.redis === null ? [] : ofRedis),
      ...(fleet.redis !== null && canLoseJobs ? [emptied] : []),
    ])
    .filter(({ name }) => only.test(name));
}
