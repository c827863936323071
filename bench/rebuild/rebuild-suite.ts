import { createSecretKey, randomBytes } from 'node:crypto';
import { upcasters } from '#event-store';
import { openDatabase } from '#platform';
import type { BenchRun } from '../bench-run.js';
import { interleave, type Rounds } from '../interleave.js';
import { ratio, spread } from '../spread.js';
import { printTable } from '../table.js';
import { emmettRebuild } from './emmett-rebuild.js';
import { fillEmmett } from './fill-emmett.js';
import { fillStore } from './fill-store.js';
import { masklineRebuild } from './maskline-rebuild.js';
import type { SessionLog } from './rebuilder.js';
import { sqlRebuild } from './sql-rebuild.js';

/** Of more, emmett's part of a round would take longer than half a minute. */
const MOST = 40_000;

/** The rows of all sessions made again from the log, against emmett's way and against what PostgreSQL can do by itself. */
export async function runRebuildSuite(run: BenchRun): Promise<void> {
  const sessions = Math.min(run.sessions, MOST);
  const masterKey = createSecretKey(randomBytes(32));
  const url = await run.server.createDatabase('rebuild');
  const log = await fillStore(url, masterKey, sessions);
  const emmettUrl = await run.server.createDatabase('rebuild_emmett');
  await fillEmmett(emmettUrl, sessions);

  // One pool for both, of which a rebuild knows that it is its own.
  const database = openDatabase({ DATABASE_URL: url }, 'bench');
  run.shutdown.add('the database of the rebuild', () => database.close());
  const emmett = emmettRebuild(emmettUrl);
  const contenders = [
    masklineRebuild(database, { upcasters, masterKey }),
    emmett,
    await sqlRebuild(database),
  ];
  await interleave(contenders, [log], 1); // to warm up
  const [figures = new Map<string, number[]>()] = await interleave(contenders, [log], run.rounds);
  await database.close();

  printFigures(log, figures);
  const { events, rows } = emmett.missing;
  if (events > 0 || rows > 0) {
    console.log(`emmett passed over up to ${events} events, and made up to ${rows} rows less.\n`);
  }
  await run.server.dropDatabase('rebuild');
  await run.server.dropDatabase('rebuild_emmett');
}

function printFigures({ sessions, events }: SessionLog, figures: Rounds<number>): void {
  const told = `${sessions.toLocaleString('en')} sessions, ${events.toLocaleString('en')} events`;
  console.log(`## The session table made again: ${told}\n`);
  const [ours = []] = figures.values();
  printTable(
    ['contender', 's', 'min – max', 'events/s', 'maskline is × (min – max)'],
    Array.from(figures, ([name, rounds]) => {
      const seconds = spread(rounds);
      const times = ratio(rounds, ours);
      return [
        name,
        seconds.median.toFixed(2),
        `${seconds.min.toFixed(2)} – ${seconds.max.toFixed(2)}`,
        (events / seconds.median).toFixed(0),
        rounds === ours
          ? ''
          : `${times.median.toFixed(2)} (${times.min.toFixed(2)} – ${times.max.toFixed(2)})`,
      ];
    }),
  );
}
