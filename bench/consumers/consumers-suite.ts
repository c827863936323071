import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateService, CreateSession } from '#application';
import { eventJob } from '#contracts';
import { addConsumer } from '#event-store';
import { openDatabase, packageRoot } from '#platform';
import { openQueues } from '#queues';
import type { BenchRun } from '../bench-run.js';
import { startRedis } from '../expiry/start-redis.js';
import { interleave, type Contender } from '../interleave.js';
import { openBenchStore } from '../open-bench-store.js';
import { sessionHandlers } from '../session-handlers.js';
import { nextContext, nextWish, serviceSettings } from '../session-wish.js';
import { spread } from '../spread.js';
import { startServer } from '../start-server.js';
import { printTable } from '../table.js';

/** Events that are appended in a second; null for as fast as it goes. */
interface Load {
  readonly perSecond: number | null;
}

const LOADS: readonly Load[] = [{ perSecond: 100 }, { perSecond: 1_000 }, { perSecond: null }];
/** Of each second at the highest rate. */
const BURST = 2_000;
const WRITERS = 64;
const CONCURRENCY = 16;
const PATIENCE_SECONDS = 120;
const NAME = 'bench';

interface Figures {
  /** Milliseconds from the event's own time to the consumer's hands. */
  readonly p50: number;
  readonly p99: number;
  /** From the first append to the last event handled. */
  readonly perSecond: number;
}

interface Backend extends Contender<Load, Figures> {
  close(): Promise<void>;
}

/** How long after its append a consumer has an event, and how many it gets, on both backends of BullMQ. */
export async function runConsumersSuite(run: BenchRun): Promise<void> {
  const redis = await startRedis(run);
  console.log('## Consumers\n');
  if (redis === null) console.log('redis-server is not installed: its backend is left out.\n');
  else console.log(`Redis ${redis.version}, appendonly yes, appendfsync everysec\n`);
  const backends = [
    await openBackend(run, 'BullMQ on PostgreSQL', null),
    ...(redis === null ? [] : [await openBackend(run, 'BullMQ on Redis', redis.url)]),
  ];
  const figures = await interleave(backends, LOADS, run.rounds);
  for (const backend of backends) await backend.close();
  for (const [i, { perSecond }] of LOADS.entries()) {
    const load = perSecond === null ? 'As fast as it goes' : `${perSecond.toLocaleString('en')} events/s`;
    console.log(`### ${load}\n`);
    printFigures(figures[i] ?? new Map());
  }
}

function printFigures(figures: ReadonlyMap<string, readonly Figures[]>): void {
  printTable(
    ['backend', 'lag p50 ms', 'lag p99 ms (min – max)', 'events/s'],
    Array.from(figures, ([name, rounds]) => {
      const of = (part: keyof Figures) => spread(rounds.map((round) => round[part]));
      const { median, min, max } = of('p99');
      return [
        name,
        of('p50').median.toFixed(0),
        `${median.toFixed(0)} (${min.toFixed(0)} – ${max.toFixed(0)})`,
        of('perSecond').median.toFixed(0),
      ];
    }),
  );
}

async function openBackend(run: BenchRun, name: string, redisUrl: string | null): Promise<Backend> {
  const databaseName = redisUrl === null ? 'consumers_postgres' : 'consumers_redis';
  const url = await run.server.createDatabase(databaseName);
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL: redisUrl ?? undefined }, 'bench');
  await queues.migrate();
  const program = join(packageRoot, 'dist', 'apps', 'worker', 'src', 'main.js');
  const worker = await startServer(run, databaseName, program, {
    DATABASE_URL: url,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    MASKLINE_MASTER_KEY: randomBytes(32).toString('hex'),
  });
  const database = openDatabase({ DATABASE_URL: url }, 'bench');
  await addConsumer(database.admin, NAME, ['SessionCreated'], 'now');
  const store = await openBenchStore({ DATABASE_URL: url });
  const { services, create: sessions, stop } = sessionHandlers(store);
  const { sid } = await services.execute(new CreateService(serviceSettings, nextContext()));
  const add = () => sessions.execute(new CreateSession(sid, nextWish(), [], nextContext()));

  const lags: number[] = [];
  const take = ({ data }: { data: unknown }) => {
    lags.push(Date.now() - Date.parse(eventJob.parse(data).occurredAt));
    return Promise.resolve();
  };
  const unheard = { failed: () => undefined, jobFailed: () => undefined };
  const consumer = queues.openWorker(`consumer-${NAME}`, take, CONCURRENCY, unheard);
  await consumer.waitUntilReady();

  return {
    name,
    async measure({ perSecond }) {
      lags.length = 0;
      const started = performance.now();
      const count = (perSecond ?? BURST) * run.seconds;
      await (perSecond === null ? appendAtOnce(add, count) : appendEvenly(add, count, perSecond));
      await waitUntilHandled(lags, count, name);
      const seconds = (performance.now() - started) / 1000;
      const sorted = lags.toSorted((a, b) => a - b);
      return { p50: at(sorted, 0.5), p99: at(sorted, 0.99), perSecond: count / seconds };
    },
    async close() {
      await consumer.close();
      await queues.close();
      await stop();
      await store.close();
      await database.close();
      await worker.stop();
      await run.server.dropDatabase(databaseName);
    },
  };
}

/** One after the other, each at its time, whether or not the one before is done. */
async function appendEvenly(add: () => Promise<unknown>, count: number, perSecond: number): Promise<void> {
  const started = performance.now();
  const appends: Promise<unknown>[] = [];
  while (appends.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1000) * perSecond));
    while (appends.length < due) appends.push(add());
    await delay(1);
  }
  await Promise.all(appends);
}

async function appendAtOnce(add: () => Promise<unknown>, count: number): Promise<void> {
  let added = 0;
  const write = async () => {
    while (added++ < count) await add();
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function waitUntilHandled(lags: readonly number[], count: number, name: string): Promise<void> {
  const patience = performance.now() + PATIENCE_SECONDS * 1000;
  while (lags.length < count) {
    if (performance.now() > patience)
      throw new Error(`${name}: ${lags.length} of ${count} events were handled`);
    await delay(5);
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
