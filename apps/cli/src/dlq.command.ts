import { userInfo } from 'node:os';
import { Command } from 'commander';
import { askDeadLetter } from '#event-store';
import { StartError } from '#platform';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { findFailures, type Failure } from './find-failures.js';
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
    .option('--json', 'as JSON, an event a line')
    .action(async ({ json }: { json?: true }) => {
      const { failures, isComplete } = await findFailures(cli, await connect(cli));
      if (json) failures.forEach((failure) => printJson(shown(failure)));
      else {
        printTable(
          ['id', 'reader', 'stream', 'version', 'type', 'error', 'since', 'waiting'],
          failures.map(({ id, reader, streamId, version, type, error, since, waiting }) => [
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
      const failure = await find(cli, id);
      if (json) {
        printJson(shown(failure));
        return;
      }
      for (const [name, value] of Object.entries(shown(failure)))
        print(`${name.padEnd(10)} ${String(value)}`);
      print(`\nmaskline timeline ${failure.streamId} shows what happened there.`);
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
      const database = await connect(cli);
      const { failures } = await findFailures(cli, database);
      const unknown = ids.find((id) => !failures.some((failure) => failure.id === id));
      if (unknown !== undefined) throw new StartError(`there is no ${unknown}: see maskline dlq list`);
      const chosen = failures.filter(
        (failure) => all === true || failure.reader === reader || ids.includes(failure.id),
      );
      let asked = 0;
      for (const { id, job } of chosen) {
        const isAsked =
          job === null
            ? await askDeadLetter(database.admin, Number(id), { what: 'retry' }, operator())
            : await job.retry();
        if (isAsked) asked++;
      }
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
      const { admin } = await connect(cli);
      const { job } = await find(cli, id);
      const isAsked =
        job === null
          ? await askDeadLetter(admin, Number(id), { what: 'skip', reason }, operator())
          : await job.skip({ reason, by: operator() });
      if (!isAsked) throw new StartError(`something was asked of ${id} already, or it is gone`);
      print(job === null ? 'asked for it to be passed by' : 'passed it by');
    });
}

async function find(cli: Cli, id: string): Promise<Failure> {
  const { failures } = await findFailures(cli, await connect(cli));
  const failure = failures.find((known) => known.id === id);
  if (failure === undefined) throw new StartError(`there is no ${id}: see maskline dlq list`);
  return failure;
}

function shown({ job, ...rest }: Failure) {
  return { ...rest, kind: job === null ? 'parked' : 'failed' };
}

function operator(): string {
  return `cli:${userInfo().username}`;
}
