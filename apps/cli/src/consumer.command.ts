import { Command } from 'commander';
import { Consumers } from '#application';
import type { ConsumerStart } from '#event-store';
import { StartError } from '#platform';
import type { Cli } from './cli.js';
import { connectEventQueues } from './connect-queues.js';
import { connect } from './connect.js';
import { count, plural, print, printJson, printTable } from './output.js';

export function consumerCommand(cli: Cli): Command {
  return new Command('consumer')
    .description('register those who react to events')
    .addCommand(addCommand(cli))
    .addCommand(listCommand(cli))
    .addCommand(retryCommand(cli))
    .addCommand(pauseCommand(cli, 'pause'))
    .addCommand(pauseCommand(cli, 'resume'))
    .addCommand(removeCommand(cli));
}

function addCommand(cli: Cli): Command {
  return new Command('add')
    .description('have events sent to a consumer, through a queue of its own')
    .argument('<name>', 'small letters, digits and dashes')
    .option('--types <types...>', 'only events of these types, e.g. SessionCreated SessionExpired')
    .option('--start <where>', 'beginning, now, or the position after which', 'now')
    .action(async (name: string, { types, start }: { types?: string[]; start: string }) => {
      const from = parseStart(start);
      await (await open(cli)).add(name, types ?? null, from);
      print(`added ${name}; a running worker begins to send within seconds`);
    });
}

function parseStart(text: string): ConsumerStart {
  if (text === 'beginning' || text === 'now') return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new StartError(`--start ${text} is neither beginning nor now nor a position`);
}

function listCommand(cli: Cli): Command {
  return new Command('list')
    .description('show the consumers and how far each one is')
    .option('--json', 'as JSON, a consumer a line')
    .action(async ({ json }: { json?: true }) => {
      const consumers = await (await open(cli)).list();
      if (json) {
        consumers.forEach(printJson);
        return;
      }
      printTable(
        ['consumer', 'events', 'since', 'behind', 'waiting', 'seconds', 'failed'],
        consumers.map(({ name, types, createdAt, pausedAt, behind, waiting, failed, lagSeconds }) => [
          pausedAt === null ? name : `${name} (paused)`,
          types?.join('\n') ?? 'all',
          createdAt,
          count(behind),
          waiting === null ? 'unknown' : count(waiting),
          lagSeconds === null ? 'unknown' : lagSeconds.toFixed(1),
          failed === null ? 'unknown' : count(failed),
        ]),
      );
    });
}

function retryCommand(cli: Cli): Command {
  return new Command('retry')
    .description('have a consumer try again what it failed at in every attempt')
    .argument('<name>')
    .action(async (name: string) => {
      const retried = await (await open(cli)).retry(name);
      print(`sent ${plural(retried, 'event')} to ${name} again`);
    });
}

function pauseCommand(cli: Cli, what: 'pause' | 'resume'): Command {
  const isPaused = what === 'pause';
  return new Command(what)
    .description(
      isPaused ? 'have a consumer rest; the log keeps what comes meanwhile' : 'have it go on where it was',
    )
    .argument('<name>')
    .action(async (name: string) => {
      await (await open(cli)).setPaused(name, isPaused);
      print(isPaused ? `paused ${name}: it takes nothing more` : `resumed ${name}`);
    });
}

function removeCommand(cli: Cli): Command {
  return new Command('remove')
    .description('send nothing more to a consumer')
    .argument('<name>')
    .option('--drop-queue', 'throw away its queue too, with what lies there unhandled or failed')
    .action(async (name: string, { dropQueue = false }: { dropQueue?: boolean }) => {
      await (await open(cli)).remove(name, dropQueue);
      print(
        dropQueue ? `removed ${name} and its queue` : `removed ${name}; what lies in its queue stays there`,
      );
    });
}

async function open(cli: Cli): Promise<Consumers> {
  return new Consumers(await connect(cli), await connectEventQueues(cli));
}
