import { Command } from 'commander';
import { ensurePartitions } from '#event-store';
import { migrate } from '#platform';
import type { Cli } from './cli.js';
import { connectQueues } from './connect-queues.js';
import { connectUnmigrated } from './connect.js';
import { print } from './output.js';

export function migrateCommand(cli: Cli): Command {
  return new Command('migrate').description('bring the database to this version').action(async () => {
    const database = await connectUnmigrated(cli);
    const ran = await migrate(database.admin);
    await ensurePartitions(database.admin, cli.config.PARTITIONS);
    // BullMQ's own tables, where the database is its backend.
    const queues = await connectQueues(cli);
    await queues.migrate();
    for (const name of ran) print(`migrated ${name}`);
    if (ran.length === 0) print('nothing to migrate');
  });
}
