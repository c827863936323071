import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateService, CreateSession } from '#application';
import { packageRoot } from '#platform';
import { openQueues } from '#queues';
import type { BenchRun } from '../bench-run.js';
import { readCount, readTexts } from '../bench-server.js';
import { interleave, type Contender } from '../interleave.js';
import { openBenchStore } from '../open-bench-store.js';
import { sessionHandlers } from '../session-handlers.js';
import { nextContext, nextWish, serviceSettings } from '../session-wish.js';
import { spread } from '../spread.js';
import { startServer } from '../start-server.js';
import { printTable } from '../table.js';
import { startRedis } from './start-redis.js';

/** Sessions that end by themselves. */
interface Due {
  readonly sessions: number;
  /** Their deadlines are spread over so many seconds. */
  readonly within: number;
  /** Seconds until the first: long enough to create them all on a slow machine, for the run fails when it was not. */
  readonly ahead: number;
}

const usual: Due = { sessions: 10_000, within: 1, ahead: 20 };
const crowds: readonly Due[] = [
  { sessions: 100_000, within: 1, ahead: 60 },
  { sessions: 100_000, within: 60, ahead: 60 },
];
const PATIENCE_SECONDS = 300;
const WRITERS = 64;

interface Lateness {
  /** Milliseconds from the deadline to the commit of SessionExpired. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly byBucket: number;
  readonly rescued: number;
}

interface Backend extends Contender<Due, Lateness> {
  close(): Promise<void>;
}

/** How late sessions end when ten thousand are due within one second. */
export function runExpirySuite(run: BenchRun): Promise<void> {
  return measureExpiry(run, [usual], run.rounds);
}

/** The same with a hundred thousand, at once and one after the other. One round: each takes minutes. */
export function runCrowdSuite(run: BenchRun): Promise<void> {
  return measureExpiry(run, crowds, 1);
}

/** On both backends of BullMQ, each with a worker of its own. */
async function measureExpiry(run: BenchRun, dues: readonly Due[], rounds: number): Promise<void> {
  const redis = await startRedis(run);
  console.log('## Expiry\n');
  if (redis === null) console.log('redis-server is not installed: its backend is left out.\n');
  else console.log(`Redis ${redis.version}, appendonly yes, appendfsync everysec\n`);
  const backends = [
    await openBackend(run, 'BullMQ on PostgreSQL', null),
    ...(redis === null ? [] : [await openBackend(run, 'BullMQ on Redis', redis.url)]),
  ];
  const figures = await interleave(backends, dues, rounds);
  for (const backend of backends) await backend.close();
  for (const [i, { sessions, within }] of dues.entries()) {
    console.log(`### ${sessions.toLocaleString('en')} sessions due within ${within} s\n`);
    printLateness(figures[i] ?? new Map());
  }
}

function printLateness(figures: ReadonlyMap<string, readonly Lateness[]>): void {
  printTable(
    ['backend', 'p50 ms', 'p99 ms (min – max)', 'max ms', 'by bucket', 'rescued'],
    Array.from(figures, ([name, rounds]) => {
      const of = (part: keyof Lateness) => spread(rounds.map((lateness) => lateness[part]));
      const { median, min, max } = of('p99');
      return [
        name,
        of('p50').median.toFixed(0),
        `${median.toFixed(0)} (${min.toFixed(0)} – ${max.toFixed(0)})`,
        of('max').median.toFixed(0),
        of('byBucket').median.toFixed(0),
        of('rescued').median.toFixed(0),
      ];
    }),
  );
}

async function openBackend(run: BenchRun, name: string, redisUrl: string | null): Promise<Backend> {
  const database = redisUrl === null ? 'expiry_postgres' : 'expiry_redis';
  const url = await run.server.createDatabase(database);
  const settings = { DATABASE_URL: url, ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }) };
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL: redisUrl ?? undefined }, 'bench');
  await queues.migrate();
  await queues.close();
  const worker = await startServer(
    run,
    database,
    join(packageRoot, 'dist', 'apps', 'worker', 'src', 'main.js'),
    {
      ...settings,
      MASKLINE_MASTER_KEY: randomBytes(32).toString('hex'),
    },
  );
  const store = await openBenchStore({ DATABASE_URL: url });
  const { services, create: sessions, stop } = sessionHandlers(store);
  const { sid } = await services.execute(new CreateService(serviceSettings, nextContext()));

  return {
    name,
    async measure({ sessions: count, within, ahead }) {
      const due = Date.now() + ahead * 1000;
      const before = await expiredBy(worker.url);
      let created = 0;
      const create = async () => {
        while (created < count) {
          const dateExpiry = new Date(due + Math.floor((created++ * within * 1000) / count)).toISOString();
          await sessions.execute(new CreateSession(sid, { ...nextWish(), dateExpiry }, [], nextContext()));
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, create));
      if (Date.now() > due - 1000) throw new Error(`${name}: the sessions were due before all were created`);
      const from = new Date(due).toISOString();
      await waitUntilExpired(url, from, count, due + within * 1000);
      const after = await expiredBy(worker.url);
      return {
        ...(await readLateness(url, from)),
        byBucket: after.bucket - before.bucket,
        rescued: after.sweeper - before.sweeper,
      };
    },
    async close() {
      await stop();
      await store.close();
      await worker.stop();
      await run.server.dropDatabase(database);
    },
  };
}

const ends = (from: string) =>
  `from maskline.event where type = 'SessionExpired' and (data ->> 'at')::timestamptz >= '${from}'`;

/** And fails if any session has ended twice. */
async function waitUntilExpired(url: string, from: string, count: number, due: number): Promise<void> {
  const patience = due + PATIENCE_SECONDS * 1000;
  for (;;) {
    const ended = await readCount(url, `select count(*) ${ends(from)}`);
    if (ended > count) throw new Error(`${count} sessions have ended ${ended} times`);
    if (ended === count) break;
    if (Date.now() > patience) throw new Error(`only ${ended} of ${count} sessions have ended`);
    await delay(500);
  }
  const streams = await readCount(url, `select count(distinct stream_id) ${ends(from)}`);
  if (streams !== count) throw new Error(`${count} ends belong to ${streams} sessions`);
}

async function readLateness(url: string, from: string): Promise<Pick<Lateness, 'p50' | 'p99' | 'max'>> {
  const late = `extract(epoch from recorded_at - (data ->> 'at')::timestamptz) * 1000`;
  const at = (share: number) => `percentile_disc(${share}) within group (order by ${late})`;
  const [text = ''] = await readTexts(
    url,
    `select concat_ws(' ', ${at(0.5)}, ${at(0.99)}, max(${late})) as text ${ends(from)}`,
  );
  const [p50 = Number.NaN, p99 = Number.NaN, max = Number.NaN] = text.split(' ').map(Number);
  return { p50, p99, max };
}

/** What the worker itself counts. */
async function expiredBy(url: string): Promise<{ bucket: number; sweeper: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (by: string) =>
    Number(new RegExp(`^maskline_expired_sessions_total\\{by="${by}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { bucket: read('bucket'), sweeper: read('sweeper') };
}
