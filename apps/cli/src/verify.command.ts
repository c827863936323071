import { Command } from 'commander';
import pc from 'picocolors';
import { upcasters } from '#event-store';
import { foldedTables, verify, type Check, type Compared, type Difference } from '#read-model';
import type { Cli } from './cli.js';
import { connectForAudit } from './connect.js';
import { requireMasterKey } from './master-key.js';
import { plural, print, printJson } from './output.js';
import { ProgressBar } from './progress-bar.js';
import { selectTables } from './select-tables.js';

interface Options {
  readonly state?: true;
  readonly hashes?: true;
  readonly json?: true;
}

/** Of the differences, so many are shown; the count tells the rest. */
const most = 100;

const phases: Readonly<Record<Check, string>> = {
  rows: 'rows against events',
  states: 'states against events',
  log: 'positions and hashes',
};

export function verifyCommand(cli: Cli): Command {
  return new Command('verify')
    .description('fold every event and compare with the rows that REST shows; exits 1 on a difference')
    .argument('[tables...]', `${foldedTables.map(({ name }) => name).join(', ')}; all when none is named`)
    .option('--state', 'compare the stored states of the streams as well')
    .option('--hashes', 'look for gaps in the log and recompute every content hash as well')
    .option('--json', 'as JSON, a difference a line')
    .action(async (names: string[], { state, hashes, json }: Options) => {
      const tables = selectTables(names);
      const database = await connectForAudit(cli);
      const bar = new ProgressBar();
      const checks: Check[] = [
        'rows',
        ...(state ? (['states'] as const) : []),
        ...(hashes ? (['log'] as const) : []),
      ];
      let differences = 0;
      const compared = await verify(database, {
        decoding: { upcasters, masterKey: requireMasterKey(cli.config) },
        checks,
        tables,
        signal: cli.interrupted,
        onProgress: ({ check, events, total }) => {
          bar.show(phases[check], events, total, 'events');
        },
        onDifference: (difference) => {
          differences++;
          if (json) printJson(difference);
          else if (differences <= most) print(describe(difference));
        },
      }).finally(() => {
        bar.stop();
      });
      if (differences > 0) process.exitCode = 1;
      if (json) return;
      if (differences > most) print(`… and ${plural(differences - most, 'more difference')}`);
      const verdict =
        differences === 0 ? pc.green('no difference') : pc.red(plural(differences, 'difference'));
      print(`${verdict} in ${described(compared)}`);
    });
}

function described({ rows, states, log }: Compared): string {
  return [
    rows !== undefined && `${plural(rows, 'row')} of tables`,
    states !== undefined && `${plural(states, 'state')} of streams`,
    log !== undefined && `${plural(log, 'event')} of the log`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}

function describe(difference: Difference): string {
  switch (difference.check) {
    case 'rows': {
      const { table, sid, kind, columns } = difference;
      return `${table} ${sid}: ${kind}${columns.length === 0 ? '' : ` in ${columns.join(', ')}`}`;
    }
    case 'states':
      return `stream ${difference.streamId}: ${difference.kind}`;
    case 'log':
      return `position ${difference.position} of partition ${difference.partition}: ${difference.kind}`;
  }
}
