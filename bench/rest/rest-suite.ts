import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSid, packageRoot } from '#platform';
import type { BenchRun } from '../bench-run.js';
import { readCount, readTexts, writeTo } from '../bench-server.js';
import { interleave, type Contender } from '../interleave.js';
import { ratio, spread } from '../spread.js';
import { printTable } from '../table.js';
import type { Answered, Load } from './load.js';
import { startLoad, type LoadProcess } from './load-process.js';
import { startServer } from '../start-server.js';

const CONNECTIONS = 64;
/** Enough that no two requests in a row ask for the same row. */
const SESSIONS = 1000;

interface Rival {
  readonly name: string;
  readonly url: string;
  readonly databaseUrl: string;
  readonly serviceSid: string;
  readonly authorization: string;
  readonly lastError: () => string;
  readonly stop: () => Promise<void>;
}

/** Creating and fetching a session over HTTP, against bare handlers and against the usual way behind the same Nest stack. */
export async function runRestSuite(run: BenchRun): Promise<void> {
  const load = startLoad();
  run.shutdown.add('the client', () => load.stop());
  const api = join(packageRoot, 'dist', 'apps', 'api', 'src', 'main.js');
  const maskline = await openRival(run, 'maskline', api);
  const bare = await openRival(run, 'bare Fastify', contender('bare-fastify'));
  const usual = await openRival(run, 'usual way', contender('usual-way'));

  console.log(`## POST a session, ${CONNECTIONS} connections\n`);
  const creating = [maskline, bare, usual].map((rival) => measured(rival, load, () => creation(rival)));
  await compare(run, creating);
  for (const measured of creating) await requireWritten(measured.rival, measured.acknowledged());

  console.log(`## GET a session, ${CONNECTIONS} connections\n`);
  const fetching: Measured[] = [];
  for (const rival of [maskline, bare]) {
    const sids = await readTexts(
      rival.databaseUrl,
      `select sid as text from maskline.session limit ${SESSIONS}`,
    );
    fetching.push(measured(rival, load, () => fetches(rival, sids)));
  }
  await compare(run, fetching);
  for (const rival of [maskline, bare, usual]) await rival.stop();
}

function contender(name: string): string {
  return fileURLToPath(new URL(`../contenders/${name}.js`, import.meta.url));
}

/** Starts a server over a database of its own that holds one service. */
async function openRival(run: BenchRun, name: string, program: string): Promise<Rival> {
  const database = name.toLowerCase().replaceAll(' ', '_');
  const databaseUrl = await run.server.createDatabase(database);
  await writeTo(databaseUrl, 'create sequence maskline.bench_position start 1000');
  const account = { sid: newSid('AC'), token: randomBytes(16).toString('hex') };
  const server = await startServer(run, database, program, {
    DATABASE_URL: databaseUrl,
    MASKLINE_ACCOUNT_SID: account.sid,
    MASKLINE_AUTH_TOKEN: account.token,
    MASKLINE_MASTER_KEY: randomBytes(32).toString('hex'),
  });
  const authorization = `Basic ${btoa(`${account.sid}:${account.token}`)}`;
  const serviceSid = await createService(server.url, authorization);
  return {
    name,
    databaseUrl,
    authorization,
    serviceSid,
    url: server.url,
    lastError: () => server.lastError(),
    stop: async () => {
      await server.stop();
      await run.server.dropDatabase(database);
    },
  };
}

async function createService(url: string, authorization: string): Promise<string> {
  const body = new URLSearchParams({ UniqueName: 'bench', DefaultTtl: '3600' });
  const answer = await fetch(`${url}/v1/Services`, { method: 'POST', headers: { authorization }, body });
  const { sid } = (await answer.json()) as { sid?: string };
  if (sid === undefined) throw new Error(`${url} did not create a service: ${answer.status}`);
  return sid;
}

type Request = Pick<Load, 'method' | 'requests' | 'body'>;

function creation({ serviceSid, authorization }: Rival): Request {
  const requests = [{ path: `/v1/Services/${serviceSid}/Sessions`, authorization }];
  return { method: 'POST', requests, body: 'Ttl=3600&Mode=voice-and-message' };
}

function fetches({ serviceSid, authorization }: Rival, sids: readonly string[]): Request {
  const requests = sids.map((sid) => ({
    path: `/v1/Services/${serviceSid}/Sessions/${sid}`,
    authorization,
  }));
  return { method: 'GET', requests, body: null };
}

interface Measured extends Contender<number, Answered> {
  readonly rival: Rival;
  acknowledged(): { readonly requests: number; readonly measurements: number };
}

function measured(rival: Rival, client: LoadProcess, request: () => Request): Measured {
  let requests = 0;
  let measurements = 0;
  return {
    name: rival.name,
    rival,
    async measure(seconds) {
      const load = { ...request(), seconds, url: rival.url, connections: CONNECTIONS };
      const [answered] = await client.send([load]).catch((error: unknown) => {
        throw new Error(`${rival.name} failed: ${rival.lastError()}`, { cause: error });
      });
      if (answered === undefined) throw new Error(`nothing was sent to ${rival.name}`);
      requests += answered.requests;
      measurements += 1;
      return answered;
    },
    acknowledged: () => ({ requests, measurements }),
  };
}

/** What was in flight when the client hung up may have been written too. */
async function requireWritten(
  { name, databaseUrl }: Rival,
  { requests, measurements }: { requests: number; measurements: number },
): Promise<void> {
  const written = await readCount(databaseUrl, 'select count(*) from maskline.session');
  if (written >= requests && written <= requests + measurements * CONNECTIONS) return;
  throw new Error(`${name} answered ${requests} times, but its database holds ${written} sessions`);
}

async function compare({ rounds, seconds }: BenchRun, contenders: readonly Measured[]): Promise<void> {
  for (const contender of contenders) await contender.measure(seconds);
  const [figures] = await interleave(contenders, [seconds], rounds);
  if (figures === undefined) return;
  const rates = (answered: readonly Answered[]) =>
    answered.map(({ requests, seconds }) => requests / seconds);
  const [ours = []] = figures.values();
  printTable(
    ['server', 'requests/s', 'min – max', 'p50 ms', 'p99 ms', 'maskline is × (min – max)'],
    Array.from(figures, ([name, answered]) => {
      const rate = spread(rates(answered));
      const times = ratio(rates(ours), rates(answered));
      return [
        name,
        rate.median.toFixed(0),
        `${rate.min.toFixed(0)} – ${rate.max.toFixed(0)}`,
        spread(answered.map(({ p50 }) => p50)).median.toFixed(1),
        spread(answered.map(({ p99 }) => p99)).median.toFixed(1),
        answered === ours
          ? ''
          : `${times.median.toFixed(2)} (${times.min.toFixed(2)} – ${times.max.toFixed(2)})`,
      ];
    }),
  );
}
