import { Command } from 'commander';
import { upcasters, type Decoding } from '#event-store';
import { StartError, type Database } from '#platform';
import {
  abandonRebuild,
  foldedTables,
  rebuild,
  rebuildStream,
  type FoldedTable,
  type RebuildProgress,
} from '#read-model';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { requireMasterKey } from './master-key.js';
import { namedStream } from './named-stream.js';
import { count, plural, print } from './output.js';
import { ProgressBar } from './progress-bar.js';
import { selectTable } from './select-tables.js';

interface Options {
  readonly resume?: true;
  readonly abandon?: true;
  readonly stream?: string;
}

const phases: Readonly<Record<RebuildProgress['phase'], string>> = {
  fold: 'folding events',
  index: 'building indexes',
  follow: 'following the log',
  'cut-over': 'waiting for readers',
  settle: 'watching late commands',
};

export function rebuildCommand(cli: Cli): Command {
  return new Command('rebuild')
    .description(
      'make the rows that REST shows again from the events, while the system runs; takes at least 15 s, for it watches for commands that come late',
    )
    .argument('[table]', foldedTables.map(({ name }) => name).join(' or '), 'session')
    .option('--resume', 'go on with a rebuild that was cut short')
    .option('--abandon', 'throw away what a rebuild that was cut short has left')
    .option('--stream <sid>', 'only the row of this session or service')
    .action(async (name: string, { resume, abandon, stream }: Options) => {
      const table = selectTable(name);
      const database = await connect(cli);
      if (stream !== undefined) {
        await rebuildOne(cli, database, stream);
      } else if (abandon) {
        await abandonRebuild(database, table);
        print(`nothing is left of an unfinished rebuild of ${name}`);
      } else {
        await rebuildAll(cli, database, table, resume ?? false);
      }
    });
}

async function rebuildAll(cli: Cli, database: Database, table: FoldedTable, resume: boolean): Promise<void> {
  const bar = new ProgressBar();
  const started = performance.now();
  let hasSwapped = false;
  const { events, repaired } = await rebuild(database, table, {
    decoding: decodingOf(cli),
    resume,
    signal: cli.interrupted,
    onProgress: ({ phase, done, total }) => {
      hasSwapped = phase === 'settle';
      // The first attempt succeeds nearly always.
      if (phase === 'cut-over' && done === 0) return;
      bar.show(
        phases[phase],
        phase === 'settle' ? done / 1000 : done,
        phase === 'settle' ? total / 1000 : total,
      );
    },
  })
    .catch((error: unknown) => {
      if (!cli.interrupted.aborted) throw error;
      throw new Error(
        hasSwapped
          ? `interrupted, but the new table is in use; maskline verify ${table.name} looks whether all is well`
          : `interrupted; maskline rebuild ${table.name} --resume goes on, --abandon clears up`,
      );
    })
    .finally(() => {
      bar.stop();
    });
  const seconds = (performance.now() - started) / 1000;
  print(`rebuilt ${table.name} from ${plural(events, 'event')} in ${seconds.toFixed(1)} s`);
  if (repaired > 0) print(`${count(repaired)} rows were in use during the change and were made again`);
}

async function rebuildOne(cli: Cli, { admin }: Database, sid: string): Promise<void> {
  const stream = await namedStream(admin, sid);
  const table = foldedTables.find(({ category }) => category === stream.category);
  if (table === undefined) throw new StartError(`a ${stream.category} has no row to be rebuilt`);
  const client = await admin.connect();
  try {
    await rebuildStream(client, table, stream, decodingOf(cli));
  } finally {
    client.release();
  }
  print(`rebuilt the row of ${stream.streamId} from ${plural(stream.version, 'event')}`);
}

function decodingOf({ config }: Cli): Decoding {
  return { upcasters, masterKey: requireMasterKey(config) };
}
