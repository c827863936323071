import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newSid, packageRoot } from '#platform';
import { openQueues } from '#queues';
import type { BenchRun } from '../bench-run.js';
import { readCount, readTexts } from '../bench-server.js';
import { startRedis } from '../expiry/start-redis.js';
import { interleave, type Contender } from '../interleave.js';
import { spread } from '../spread.js';
import { startServer } from '../start-server.js';
import { printTable } from '../table.js';
import { openCarrierSide, type CarrierSide } from './carrier-side.js';

/** Messages as the carrier brings them. */
interface Traffic {
  readonly messages: number;
  /** Per second; null is as fast as they are accepted. */
  readonly rate: number | null;
}

const traffics: readonly Traffic[] = [
  { messages: 1_000, rate: 50 },
  { messages: 3_000, rate: null },
];
const quickTraffics: readonly Traffic[] = [{ messages: 200, rate: 50 }];

/** At most so many webhooks of the carrier wait for an answer. */
const CONNECTIONS = 64;
/** Pairs of people who write to each other: enough that they seldom wait for one another. */
const SESSIONS = 200;
const PATIENCE_SECONDS = 120;

interface Flow {
  readonly accepted: number;
  /** Milliseconds until the carrier has its answer. */
  readonly accept: Percentiles;
  readonly forwarded: number;
  /** Milliseconds from the acceptance until the carrier has the message for the partner. */
  readonly arrival: Percentiles;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

interface Backend extends Contender<Traffic, Flow> {
  close(): Promise<void>;
}

/** How fast messages come in and go out again, with an api and a worker over the simulator, on both backends of BullMQ. */
export async function runInboundSuite(run: BenchRun): Promise<void> {
  const redis = await startRedis(run);
  console.log('## Messages in and out\n');
  if (redis === null) console.log('redis-server is not installed: its backend is left out.\n');
  const backends = [
    await openBackend(run, 'BullMQ on PostgreSQL', null),
    ...(redis === null ? [] : [await openBackend(run, 'BullMQ on Redis', redis.url)]),
  ];
  const cells = run.seconds === 1 ? quickTraffics : traffics;
  const figures = await interleave(backends, cells, run.rounds);
  for (const backend of backends) await backend.close();
  for (const [i, { messages, rate }] of cells.entries()) {
    const pace = rate === null ? `as fast as ${CONNECTIONS} connections bring them` : `${rate} a second`;
    console.log(`### ${messages.toLocaleString('en')} messages, ${pace}\n`);
    printFlow(figures[i] ?? new Map());
  }
}

function printFlow(figures: ReadonlyMap<string, readonly Flow[]>): void {
  printTable(
    ['backend', 'accepted/s', 'accept p50 ms', 'p99', 'forwarded/s', 'arrival p50 ms', 'p99'],
    Array.from(figures, ([name, flows]) => {
      const of = (figure: (flow: Flow) => number, digits: number) =>
        spread(flows.map(figure)).median.toFixed(digits);
      return [
        name,
        of(({ accepted }) => accepted, 0),
        of(({ accept }) => accept.p50, 1),
        of(({ accept }) => accept.p99, 1),
        of(({ forwarded }) => forwarded, 0),
        of(({ arrival }) => arrival.p50, 0),
        of(({ arrival }) => arrival.p99, 0),
      ];
    }),
  );
}

async function openBackend(run: BenchRun, name: string, redisUrl: string | null): Promise<Backend> {
  const database = redisUrl === null ? 'inbound_postgres' : 'inbound_redis';
  const url = await run.server.createDatabase(database);
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL: redisUrl ?? undefined }, 'bench');
  await queues.migrate();
  await queues.close();
  const account = { sid: newSid('AC'), token: randomBytes(16).toString('hex') };
  const masterKey = randomBytes(32).toString('hex');
  const settings = {
    DATABASE_URL: url,
    MASKLINE_ACCOUNT_SID: account.sid,
    MASKLINE_AUTH_TOKEN: account.token,
    MASKLINE_MASTER_KEY: masterKey,
    IDENTIFIER_CHECK: 'format',
    ...(redisUrl !== null && { REDIS_URL: redisUrl }),
  };
  const program = (app: string) => join(packageRoot, 'dist', 'apps', app, 'src', 'main.js');
  const api = await startServer(run, `${database}_api`, program('api'), settings);
  const worker = await startServer(run, database, program('worker'), { ...settings, PUBLIC_URL: api.url });
  const carrier = await openCarrierSide({ api: api.url, databaseUrl: url, account, masterKey }, SESSIONS);
  return {
    name,
    measure: (traffic) => measure(url, carrier, traffic),
    async close() {
      await worker.stop();
      await api.stop();
      await run.server.dropDatabase(database);
    },
  };
}

async function measure(url: string, carrier: CarrierSide, { messages, rate }: Traffic): Promise<Flow> {
  const before = await readCount(url, 'select count(*) from maskline.interaction');
  const latencies: number[] = [];
  const started = performance.now();
  let next = 0;
  const connection = async () => {
    while (next < messages) {
      const turn = next++;
      const due = rate === null ? 0 : started + (turn * 1000) / rate;
      if (due > performance.now()) await delay(due - performance.now());
      const asked = performance.now();
      await carrier.bring(turn);
      // Late ones count from when it was their turn, or nobody would see that they had to wait for it.
      latencies.push(performance.now() - (rate === null ? asked : due));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const seconds = (performance.now() - started) / 1000;
  await waitUntilForwarded(url, before + messages);
  const accept = latencies.sort((a, b) => a - b);
  return {
    accepted: messages / seconds,
    accept: { p50: share(accept, 0.5), p99: share(accept, 0.99) },
    ...(await readForwarded(url, messages)),
  };
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

const forwarded = `
  from maskline.interaction i
  join simulator.message m on m.account_sid = i.account_sid and m.send_key = i.sid`;

/** And fails when there are more, or fewer, than were brought. */
async function waitUntilForwarded(url: string, count: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const have = await readCount(url, `select count(*) ${forwarded}`);
    const interactions = await readCount(url, 'select count(*) from maskline.interaction');
    if (interactions !== count) throw new Error(`${count} messages have become ${interactions}`);
    if (have === count) return;
    if (Date.now() > deadline) throw new Error(`only ${have} of ${count} messages were forwarded`);
    await delay(250);
  }
}

/** Of the newest messages, which are those of this measurement. */
async function readForwarded(url: string, messages: number): Promise<Pick<Flow, 'forwarded' | 'arrival'>> {
  const at = (part: number) => `percentile_disc(${part}) within group (order by late)`;
  const [text = ''] = await readTexts(
    url,
    `select concat_ws(' ', ${at(0.5)}, ${at(0.99)}, ${messages} / extract(epoch from max(there) - min(here))) as text
     from (
       select i.date_created as here, m.created_at as there,
         extract(epoch from m.created_at - i.date_created) * 1000 as late
       ${forwarded} order by i.date_created desc, i.sid desc limit ${messages}
     ) newest`,
  );
  const [p50 = Number.NaN, p99 = Number.NaN, rate = Number.NaN] = text.split(' ').map(Number);
  return { forwarded: rate, arrival: { p50, p99 } };
}
