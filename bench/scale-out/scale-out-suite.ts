import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import type { BenchRun } from '../bench-run.js';
import { readCount } from '../bench-server.js';
import { interleave, type Contender } from '../interleave.js';
import { startLoad, type LoadProcess } from '../rest/load-process.js';
import { ratio, spread } from '../spread.js';
import { startServer, type BenchHttpServer } from '../start-server.js';
import { printTable } from '../table.js';
import { createTenants, type Tenant } from './tenants.js';

const PARTITIONS = [1, 2, 4];
const PROCESSES = [1, 2, 3];
/** Divided among the processes, so that every cell is under the same load. */
const CONNECTIONS = 96;
/** As many in every cell, and in each partition the same number: only how they are spread is measured. */
const ACCOUNTS = 4;

interface Installation {
  readonly partitions: number;
  readonly databaseUrl: string;
  readonly servers: readonly BenchHttpServer[];
  readonly tenants: readonly Tenant[];
}

/** Creating sessions over HTTP, by the number of partitions and of api processes. */
export async function runScaleOutSuite(run: BenchRun): Promise<void> {
  const load = startLoad();
  run.shutdown.add('the client', () => load.stop());
  const installations: Installation[] = [];
  for (const partitions of PARTITIONS) installations.push(await install(run, partitions));
  const cells = installations.flatMap((installation) =>
    PROCESSES.map((processes) => cellOf(load, installation, processes)),
  );
  for (const cell of cells) await cell.measure(run.seconds);

  console.log(`## POST a session, ${CONNECTIONS} connections, ${ACCOUNTS} accounts\n`);
  const [figures] = await interleave(cells, [run.seconds], run.rounds);
  const [alone = []] = figures?.values() ?? [];
  printTable(
    ['partitions × api processes', 'requests/s', 'min – max', '× 1 of each (min – max)'],
    Array.from(figures ?? [], ([name, rates]) => {
      const rate = spread(rates);
      const times = ratio(rates, alone);
      return [
        name,
        rate.median.toFixed(0),
        `${rate.min.toFixed(0)} – ${rate.max.toFixed(0)}`,
        `${times.median.toFixed(2)} (${times.min.toFixed(2)} – ${times.max.toFixed(2)})`,
      ];
    }),
  );
  for (const { servers, partitions } of installations) {
    for (const server of servers) await server.stop();
    await run.server.dropDatabase(databaseOf(partitions));
  }
}

async function install(run: BenchRun, partitions: number): Promise<Installation> {
  const databaseUrl = await run.server.createDatabase(databaseOf(partitions), partitions);
  const masterKey = randomBytes(32).toString('hex');
  const tenants = await createTenants(databaseUrl, masterKey, ACCOUNTS);
  const api = join(packageRoot, 'dist', 'apps', 'api', 'src', 'main.js');
  const servers: BenchHttpServer[] = [];
  for (let i = 0; i < Math.max(...PROCESSES); i++) {
    servers.push(
      await startServer(run, `api-${partitions}-${i}`, api, {
        DATABASE_URL: databaseUrl,
        MASKLINE_MASTER_KEY: masterKey,
        PARTITIONS: String(partitions),
      }),
    );
  }
  return { partitions, databaseUrl, servers, tenants };
}

function databaseOf(partitions: number): string {
  return `scale_out_${partitions}`;
}

/** Requests a second of the first so many processes; the others are idle. */
function cellOf(
  client: LoadProcess,
  { partitions, databaseUrl, servers, tenants }: Installation,
  processes: number,
): Contender<number, number> {
  const connections = CONNECTIONS / processes;
  const requests = tenants.map(({ serviceSid, authorization }) => ({
    path: `/v1/Services/${serviceSid}/Sessions`,
    authorization,
  }));
  const sessions = 'select count(*) from maskline.session';
  return {
    name: `${partitions} × ${processes}`,
    async measure(seconds) {
      const before = await readCount(databaseUrl, sessions);
      const loads = servers.slice(0, processes).map(({ url }) => ({
        url,
        method: 'POST' as const,
        requests,
        body: 'Ttl=3600&Mode=voice-and-message',
        connections,
        seconds,
      }));
      const answered = await client.send(loads);
      const acknowledged = answered.reduce((sum, { requests }) => sum + requests, 0);
      const written = (await readCount(databaseUrl, sessions)) - before;
      // What was in flight when the client hung up, now or the time before, may have been written too.
      if (written < acknowledged || written > acknowledged + 2 * CONNECTIONS) {
        throw new Error(`${acknowledged} sessions were acknowledged, but ${written} are there`);
      }
      return acknowledged / Math.max(...answered.map(({ seconds }) => seconds));
    },
  };
}
