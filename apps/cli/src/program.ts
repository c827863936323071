import { Command } from 'commander';
import { version } from '#platform';
import type { Cli } from './cli.js';

/** Loaded when asked for: the use cases and queues, which few of them need, take longer to load than a timeline to show. */
const commands: Readonly<Record<string, (cli: Cli) => Promise<Command>>> = {
  timeline: async (cli) => (await import('./timeline.command.js')).timelineCommand(cli),
  verify: async (cli) => (await import('./verify.command.js')).verifyCommand(cli),
  rebuild: async (cli) => (await import('./rebuild.command.js')).rebuildCommand(cli),
  consumer: async (cli) => (await import('./consumer.command.js')).consumerCommand(cli),
  dlq: async (cli) => (await import('./dlq.command.js')).dlqCommand(cli),
  deliveries: async (cli) => (await import('./deliveries.command.js')).deliveriesCommand(cli),
  replay: async (cli) => (await import('./replay.command.js')).replayCommand(cli),
  account: async (cli) => (await import('./account.command.js')).accountCommand(cli),
  token: async (cli) => (await import('./token.command.js')).tokenCommand(cli),
  key: async (cli) => (await import('./key.command.js')).keyCommand(cli),
  hold: async (cli) => (await import('./hold.command.js')).holdCommand(cli),
  migrate: async (cli) => (await import('./migrate.command.js')).migrateCommand(cli),
  status: async (cli) => (await import('./status.command.js')).statusCommand(cli),
};

/** `maskline`, and of what it can do the command that is named first, or everything. */
export async function createProgram(cli: Cli, name: string | undefined): Promise<Command> {
  const program = new Command('maskline')
    .description('Looks after a Maskline: its history, its tables, its accounts.')
    .version(version)
    .addHelpText(
      'after',
      '\nIt works on DATABASE_URL when that is set, else on the database of `npm start` in MASKLINE_DATA_DIR.',
    );
  const named = name === undefined ? undefined : commands[name];
  const wanted = named === undefined ? Object.values(commands) : [named];
  for (const load of wanted) program.addCommand(await load(cli));
  return program;
}
