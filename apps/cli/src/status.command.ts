import { Command } from 'commander';
import { readHeads, readSubscriptions } from '#event-store';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { count, print, printJson, printTable } from './output.js';

export function statusCommand(cli: Cli): Command {
  return new Command('status')
    .description('show the head of the log and how far its readers are')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: true }) => {
      const { admin } = await connect(cli);
      const heads = await readHeads(admin);
      const subscriptions = await readSubscriptions(admin);
      if (json) {
        printJson({ heads, subscriptions });
        return;
      }
      printTable(
        ['partition', 'events', 'last recorded'],
        heads.map(({ partition, position, recordedAt }) => [
          String(partition),
          count(position),
          recordedAt ?? '–',
        ]),
      );
      print();
      printTable(
        ['subscription', 'partition', 'position', 'behind', 'seconds', 'failures'],
        subscriptions.map(({ name, partition, position, lag, lagSeconds, failures }) => [
          name,
          String(partition),
          count(position),
          count(lag),
          lagSeconds.toFixed(1),
          count(failures),
        ]),
      );
    });
}
