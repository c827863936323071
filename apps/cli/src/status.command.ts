import { Command } from 'commander';
import { listConsumers, readHeads, readSubscriptions } from '#event-store';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { count, print, printJson, printTable } from './output.js';
import { readBacklogs } from './read-backlogs.js';

export function statusCommand(cli: Cli): Command {
  return new Command('status')
    .description('show the head of the log and how far its readers are')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: true }) => {
      const { admin } = await connect(cli);
      const heads = await readHeads(admin);
      const subscriptions = await readSubscriptions(admin);
      // Without consumers there is no need to ask the queues.
      const hasConsumers = (await listConsumers(admin)).length > 0;
      const consumers = hasConsumers ? await readBacklogs(cli, admin) : [];
      if (json) {
        printJson({ heads, subscriptions, consumers });
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
      if (!hasConsumers) return;
      print();
      printTable(
        ['consumer', 'behind', 'seconds', 'retrying', 'failed'],
        consumers.map(({ consumer, lag, lagSeconds, retrying, failed }) => [
          consumer,
          count(lag),
          lagSeconds.toFixed(1),
          count(retrying),
          count(failed),
        ]),
      );
      if (consumers.length === 0)
        print('The queues cannot be reached: nobody knows what the consumers have done.');
    });
}
