import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { packageRoot } from '#platform';
import { accountCommand } from './account.command.js';
import type { Cli } from './cli.js';
import { consumerCommand } from './consumer.command.js';
import { keyCommand } from './key.command.js';
import { migrateCommand } from './migrate.command.js';
import { rebuildCommand } from './rebuild.command.js';
import { replayCommand } from './replay.command.js';
import { statusCommand } from './status.command.js';
import { timelineCommand } from './timeline.command.js';
import { verifyCommand } from './verify.command.js';

/** `maskline` and all that it can do. */
export function createProgram(cli: Cli): Command {
  const program = new Command('maskline')
    .description('Looks after a Maskline: its history, its tables, its accounts.')
    .version(readVersion())
    .addHelpText(
      'after',
      '\nIt works on DATABASE_URL when that is set, else on the database of `npm start` in MASKLINE_DATA_DIR.',
    );
  const commands = [
    timelineCommand,
    verifyCommand,
    rebuildCommand,
    consumerCommand,
    replayCommand,
    accountCommand,
    keyCommand,
    migrateCommand,
    statusCommand,
  ];
  for (const command of commands) program.addCommand(command(cli));
  return program;
}

function readVersion(): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
