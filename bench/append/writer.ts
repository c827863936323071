import { readCount, writeTo } from '../bench-server.js';
import type { BenchRun } from '../bench-run.js';
import type { Cell, Drive, Place } from '../contend.js';
import { ContenderProcess } from '../contender-process.js';
import type { Contender } from '../interleave.js';
import { runPgbench, SEQUENCES } from './pgbench.js';

export interface Figure {
  readonly perSecond: number;
  /** Null for pgbench, which is asked for its rate only. */
  readonly latency: Pick<Drive, 'p50' | 'p99' | 'clientMicros'> | null;
}

/** A contender with a database of its own. */
export interface Writer extends Contender<Cell, Figure> {
  /** Ends it and fails unless its database holds just what was acknowledged. */
  close(): Promise<void>;
}

/** A contender of `bench/contenders` in a process of its own. */
export async function openProcessWriter(
  { server, shutdown, profile }: BenchRun,
  name: string,
  module: string,
  count: string,
  database = module.replace('-', '_'),
  placeAt = (url: string): Place | Promise<Place> => ({ DATABASE_URL: url }),
): Promise<Writer> {
  const url = await server.createDatabase(database);
  const place = await placeAt(url);
  const contender = await ContenderProcess.start(module, place, name === 'maskline' ? profile : null);
  shutdown.add(name, () => contender.stop());
  const before = await readCount(url, count);
  let acknowledged = 0;
  return {
    name,
    async measure(cell) {
      const drive = await contender.drive(cell);
      acknowledged += drive.commands;
      return { perSecond: drive.commands / drive.seconds, latency: drive };
    },
    async close() {
      await contender.stop();
      requireEqual(name, (await readCount(url, count)) - before, acknowledged);
      await server.dropDatabase(database);
    },
  };
}

/** pgbench with its statement. */
export async function openPgbenchWriter(
  { server }: BenchRun,
  program: string,
  count: string,
): Promise<Writer> {
  const url = await server.createDatabase('pgbench');
  await writeTo(url, SEQUENCES);
  let acknowledged = 0;
  return {
    name: 'pgbench',
    async measure(cell) {
      const { commands, perSecond } = await runPgbench(program, url, cell);
      acknowledged += commands;
      return { perSecond, latency: null };
    },
    async close() {
      requireEqual('pgbench', await readCount(url, count), acknowledged);
      await server.dropDatabase('pgbench');
    },
  };
}

function requireEqual(name: string, written: number, acknowledged: number): void {
  if (written === acknowledged) return;
  throw new Error(`${name} acknowledged ${acknowledged} commands, but its database holds ${written}`);
}
