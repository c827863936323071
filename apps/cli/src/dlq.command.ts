import { userInfo } from 'node:os';
import { Command } from 'commander';
import { DeadLetters, type UnhandledEvent } from '#application';
import { StartError } from '#platform';
import type { Cli } from './cli.js';
import { connectEventQueues } from './connect-queues.js';
import { connect } from './connect.js';
import { count, plural, print, printJson, printTable } from './output.js';

export function dlqCommand(cli: Cli): Command {
  return new Command('dlq')
    .description('look after events that could not be handled')
    .addCommand(listCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(retryCommand(cli))
    .addCommand(skipCommand(cli));
}

function listCommand(cli: Cli): Command {
  return new Command('list')
    .description(
      'show them: of readers of the log that set a session aside, and of consumers that failed in every attempt',
    )
    .option('--reader <name>', 'of this reader alone')
    .option('--json', 'as JSON, an event a line')
    .action(async ({ reader, json }: { reader?: string; json?: true }) => {
      const { events, isComplete } = await (
        await open(cli)
      ).list({ accountSid: null, reader: reader ?? null });
      if (json) events.forEach(printJson);
      else {
        printTable(
          ['id', 'reader', 'stream', 'version', 'type', 'error', 'since', 'waiting'],
          events.map(({ id, reader, streamId, version, type, error, since, waiting }) => [
            id,
            reader,
            streamId,
            String(version),
            type,
            error,
            since ?? '–',
            count(waiting),
          ]),
        );
      }
      if (!isComplete) throw new Error('the queues cannot be reached: what consumers failed at is not shown');
    });
}

function showCommand(cli: Cli): Command {
  return new Command('show')
    .description('show one; what happened is shown by maskline timeline')
    .argument('<id>', 'from maskline dlq list')
    .option('--json', 'as JSON')
    .action(async (id: string, { json }: { json?: true }) => {
      const event = await (await open(cli)).get(null, id);
      if (json) {
        printJson(event);
        return;
      }
      for (const [name, value] of Object.entries<unknown>({ ...event }))
        print(`${name.padEnd(10)} ${String(value)}`);
      print(`\nmaskline timeline ${event.streamId} shows what happened there.`);
    });
}

function retryCommand(cli: Cli): Command {
  return new Command('retry')
    .description('have events handled that could not be, and then what waits behind them')
    .argument('[ids...]', 'from maskline dlq list')
    .option('--reader <name>', 'all of this reader')
    .option('--all', 'all there are')
    .action(async (ids: string[], { reader, all }: { reader?: string; all?: true }) => {
      if (ids.length === 0 && reader === undefined && all === undefined) {
        throw new StartError('say which: ids, --reader or --all');
      }
      const letters = await open(cli);
      const chosen = new Map<string, UnhandledEvent>();
      for (const id of ids) chosen.set(id, await letters.get(null, id));
      if (all === true || reader !== undefined) {
        const { events, isComplete } = await letters.list({
          accountSid: null,
          reader: all === true ? null : (reader ?? null),
        });
        if (!isComplete) throw new StartError('the queues cannot be reached: nothing was asked for');
        for (const event of events) chosen.set(event.id, event);
      }
      const asked = await letters.askAll([...chosen.values()], { what: 'retry' }, operator());
      print(`asked for ${plural(asked, 'event')} to be tried again`);
    });
}

function skipCommand(cli: Cli): Command {
  return new Command('skip')
    .description(
      'never have an event handled, and go on with what waits behind it; who said so and why is kept',
    )
    .argument('<id>', 'from maskline dlq list')
    .requiredOption('--reason <text>', 'why; no personal data')
    .action(async (id: string, { reason }: { reason: string }) => {
      const event = await (await open(cli)).ask(null, id, { what: 'skip', reason }, operator());
      print(event.kind === 'parked' ? 'asked for it to be passed by' : 'passed it by');
    });
}

async function open(cli: Cli): Promise<DeadLetters> {
  return new DeadLetters(await connect(cli), await connectEventQueues(cli));
}

function operator(): string {
  return `cli:${userInfo().username}`;
}
