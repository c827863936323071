import type { BenchRun } from '../bench-run.js';
import { interleave, type Rounds } from '../interleave.js';
import { ratio, spread } from '../spread.js';
import { printTable } from '../table.js';
import { findPgbench } from './pgbench.js';
import { openPgbenchWriter, openProcessWriter, type Figure, type Writer } from './writer.js';

const allWriters = [1, 16, 64, 256];

/** Appends with and without the rows that REST shows, against emmett and against PostgreSQL's own limit. */
export async function runAppendSuite(run: BenchRun): Promise<void> {
  console.log('## Append only: event, stream and state\n');
  await compare(run, [
    await openProcessWriter(run, 'maskline', 'maskline-append', `select count(*) from maskline.event`),
    await openProcessWriter(run, 'emmett', 'emmett-append', `select count(*) from emt_messages`),
  ]);

  console.log('## Append and inline rows: the whole CreateSession, each session with a name\n');
  const rows = `select count(*) from maskline.session`;
  const pgbench = await findPgbench();
  if (pgbench === null) console.log('pgbench is not installed: its statement is left out.\n');
  else console.log(`${pgbench.version}; its statement is bench/append/create-session.sql.\n`);
  await compare(run, [
    await openProcessWriter(run, 'maskline', 'maskline-create', rows),
    await openProcessWriter(run, 'emmett', 'emmett-project', rows),
    ...(pgbench === null ? [] : [await openPgbenchWriter(run, pgbench.program, rows)]),
  ]);
}

/** Prints a table for each number of writers; the first contender is the one that the others are compared with. */
export async function compare(
  { rounds, seconds }: BenchRun,
  contenders: readonly Writer[],
  writersOf: readonly number[] = allWriters,
): Promise<void> {
  for (const contender of contenders) await contender.measure({ writers: 64, seconds });
  const cells = writersOf.map((writers) => ({ writers, seconds }));
  const figures = await interleave(contenders, cells, rounds);
  for (const contender of contenders) await contender.close();
  writersOf.forEach((writers, i) => {
    const cell = figures[i];
    if (cell !== undefined) printCell(writers, cell);
  });
}

function printCell(writers: number, cell: Rounds<Figure>): void {
  console.log(`${writers} ${writers === 1 ? 'writer' : 'writers'}\n`);
  const [ours = []] = cell.values();
  const rates = (figures: readonly Figure[]) => figures.map(({ perSecond }) => perSecond);
  const median = (figures: readonly Figure[], of: 'p50' | 'p99' | 'clientMicros', digits: number) =>
    spread(figures.map(({ latency }) => latency?.[of] ?? Number.NaN))
      .median.toFixed(digits)
      .replace('NaN', '–');
  printTable(
    ['contender', 'commands/s', 'min – max', 'p50 ms', 'p99 ms', 'client µs', 'maskline is × (min – max)'],
    Array.from(cell, ([name, figures]) => {
      const rate = spread(rates(figures));
      const times = ratio(rates(ours), rates(figures));
      return [
        name,
        rate.median.toFixed(0),
        `${rate.min.toFixed(0)} – ${rate.max.toFixed(0)}`,
        median(figures, 'p50', 2),
        median(figures, 'p99', 2),
        median(figures, 'clientMicros', 0),
        figures === ours
          ? ''
          : `${times.median.toFixed(2)} (${times.min.toFixed(2)} – ${times.max.toFixed(2)})`,
      ];
    }),
  );
}
