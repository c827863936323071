import { join } from 'node:path';
import type { BenchRun } from '../bench-run.js';
import { interleave, type Contender } from '../interleave.js';
import { spread } from '../spread.js';
import { printTable } from '../table.js';
import { npmAlone } from './npm-alone.js';
import { startOnce } from './start-once.js';

const cells = [
  'in an empty data directory',
  'again in the same',
  'npm alone, with nothing to start',
] as const;

/** What somebody waits who tries it out: from `npm start`, once built, to the first answer of the API. */
export async function runStartSuite(run: BenchRun): Promise<void> {
  let dataDir = '';
  let round = 0;
  const start: Contender<(typeof cells)[number], number> = {
    name: 'npm start',
    async measure(cell) {
      if (cell === 'npm alone, with nothing to start') return npmAlone(join(run.directory, 'npm'));
      if (cell === 'in an empty data directory') dataDir = join(run.directory, `start-${++round}`);
      return startOnce(run, dataDir);
    },
  };
  const figures = await interleave([start], cells, run.rounds);
  console.log('## From npm start to the first answered request\n');
  printTable(
    ['', 's', 'min – max'],
    cells.map((cell, i) => {
      const { median, min, max } = spread(figures[i]?.get(start.name) ?? []);
      return [cell, median.toFixed(2), `${min.toFixed(2)} – ${max.toFixed(2)}`];
    }),
  );
}
