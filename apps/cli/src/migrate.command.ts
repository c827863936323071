import { Command } from 'commander';
import { ensurePartitions } from '#event-store';
import { migrate } from '#platform';
import type { Cli } from './cli.js';
import { connectUnmigrated } from './connect.js';
import { print } from './output.js';

export function migrateCommand(cli: Cli): Command {
  return new Command('migrate').description('bring the database to this version').action(async () => {
    const database = await connectUnmigrated(cli);
    const ran = await migrate(database.admin);
    await ensurePartitions(database.admin, cli.config.PARTITIONS);
    for (const name of ran) print(`migrated ${name}`);
    if (ran.length === 0) print('nothing to migrate');
  });
}
