import { Command } from 'commander';
import type { Consumer, ConsumerStart } from '#event-store';
import { StartError } from '#platform';
import type { Cli } from './cli.js';
import { openConsumers, openWebhooks } from './open-consumers.js';
import { count, plural, print, printJson, printTable } from './output.js';
import { isNumbered } from './typed-values.js';
import { webhookCommand } from './webhook.command.js';

interface AddOptions {
  readonly types?: string[];
  readonly start: string;
  readonly url?: string;
  readonly secret?: string;
  readonly ordered?: true;
  readonly personal?: true;
}

export function consumerCommand(cli: Cli): Command {
  return new Command('consumer')
    .description('register those who react to events')
    .addCommand(addCommand(cli))
    .addCommand(listCommand(cli))
    .addCommand(retryCommand(cli))
    .addCommand(pauseCommand(cli, 'pause'))
    .addCommand(pauseCommand(cli, 'resume'))
    .addCommand(webhookCommand(cli))
    .addCommand(removeCommand(cli));
}

function addCommand(cli: Cli): Command {
  return new Command('add')
    .description('have events sent to a consumer, through a queue of its own')
    .argument('<name>', 'small letters, digits and dashes')
    .option('--types <types...>', 'only events of these types, e.g. SessionCreated SessionExpired')
    .option('--start <where>', 'beginning, now, or the position after which', 'now')
    .option('--url <url>', 'tell this URL of them, as signed CloudEvents, instead of a program of its own')
    .option('--ordered', 'with --url: the events of a session one after the other')
    .option('--personal', 'with --url: also what tells about people, in plain; else it is left out')
    .option('--secret <whsec_…>', 'with --url: sign with this; else a secret is made, and shown once')
    .action(async (name: string, { start, url, secret, ordered, personal, ...options }: AddOptions) => {
      const from = parseStart(start);
      const types = options.types ?? null;
      const added = `added ${name}; a running worker begins to send within seconds`;
      if (url === undefined) {
        if (secret ?? ordered ?? personal) {
          throw new StartError('--secret, --ordered and --personal need --url');
        }
        await (await openConsumers(cli)).add(name, types, from, null);
        print(added);
        return;
      }
      const webhook = { url, isOrdered: ordered === true, hasPersonal: personal === true };
      const wish = secret === undefined ? 'new' : { own: secret };
      const shown = await (await openWebhooks(cli)).add(name, types, from, webhook, wish);
      print(added);
      print(`secret     ${shown}`);
      print('\nIt is not shown again. The URL checks by it that what it is told comes from here.');
    });
}

function parseStart(text: string): ConsumerStart {
  if (text === 'beginning' || text === 'now') return text;
  if (isNumbered(text)) return Number(text);
  throw new StartError(`--start ${text} is neither beginning nor now nor a position`);
}

function listCommand(cli: Cli): Command {
  return new Command('list')
    .description('show the consumers and how far each one is')
    .option('--json', 'as JSON, a consumer a line')
    .action(async ({ json }: { json?: true }) => {
      const consumers = await (await openConsumers(cli)).list();
      if (json) {
        consumers.forEach(printJson);
        return;
      }
      printTable(
        ['consumer', 'events', 'since', 'behind', 'waiting', 'seconds', 'retrying', 'failed'],
        consumers.map(({ types, createdAt, behind, waiting, retrying, failed, lagSeconds, ...consumer }) => [
          named(consumer),
          types?.join('\n') ?? 'all',
          createdAt,
          count(behind),
          waiting === null ? 'unknown' : count(waiting),
          lagSeconds === null ? 'unknown' : lagSeconds.toFixed(1),
          retrying === null ? 'unknown' : count(retrying),
          failed === null ? 'unknown' : count(failed),
        ]),
      );
    });
}

/** With what there is to say about it. */
function named({ name, pausedAt, pausedBecause, webhook }: Omit<Consumer, 'types' | 'createdAt'>): string {
  const isGone = pausedBecause === 'gone';
  const state = pausedAt === null ? '' : isGone ? ' (paused: its URL says that it is gone)' : ' (paused)';
  const url = webhook === null ? '' : `\n  ${webhook.url}`;
  return `${name}${state}${url}`;
}

function retryCommand(cli: Cli): Command {
  return new Command('retry')
    .description(
      'have a consumer try again what it failed at in every attempt, and at once what waits for the next one',
    )
    .argument('<name>')
    .action(async (name: string) => {
      const { failed, hurried } = await (await openConsumers(cli)).retry(name);
      const rest = hurried === 0 ? '' : `, and ${count(hurried)} before their time`;
      print(`sent ${plural(failed, 'event')} to ${name} again${rest}`);
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
      await (await openConsumers(cli)).setPaused(name, isPaused);
      print(isPaused ? `paused ${name}: it takes nothing more` : `resumed ${name}`);
    });
}

function removeCommand(cli: Cli): Command {
  return new Command('remove')
    .description('send nothing more to a consumer')
    .argument('<name>')
    .option(
      '--drop-queue',
      'throw away its queue too, with what lies there unhandled or failed; done for a webhook in any case',
    )
    .action(async (name: string, { dropQueue = false }: { dropQueue?: boolean }) => {
      const isDropped = await (await openConsumers(cli)).remove(name, dropQueue);
      print(
        isDropped ? `removed ${name} and its queue` : `removed ${name}; what lies in its queue stays there`,
      );
    });
}
