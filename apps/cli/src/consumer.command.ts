import { Command } from 'commander';
import {
  readSubscriptions,
  addConsumer,
  consumerName,
  listConsumers,
  pauseConsumer,
  relayName,
  removeConsumer,
  type ConsumerStart,
} from '#event-store';
import { StartError } from '#platform';
import { checkTypes } from './check-types.js';
import type { Cli } from './cli.js';
import { openEventQueue } from './connect-queues.js';
import { connect } from './connect.js';
import { findConsumer } from './find-consumer.js';
import { count, plural, print, printJson, printTable } from './output.js';
import { readBacklogs } from './read-backlogs.js';

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
      if (!consumerName.test(name)) {
        throw new StartError(`${name} is no name for a consumer: take small letters, digits and dashes`);
      }
      const wanted = types === undefined ? null : checkTypes(types);
      const { admin } = await connect(cli);
      if (!(await addConsumer(admin, name, wanted, parseStart(start)))) {
        throw new StartError(`there is a consumer ${name} already`);
      }
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
      const { admin } = await connect(cli);
      const subscriptions = await readSubscriptions(admin);
      const backlogs = await readBacklogs(cli, admin);
      const consumers = (await listConsumers(admin)).map((consumer) => {
        const relays = subscriptions.filter(({ name }) => name === relayName(consumer));
        const { waiting = null, failed = null, lagSeconds = null } = backlogs.get(consumer.name) ?? {};
        return {
          ...consumer,
          behind: relays.reduce((sum, { lag }) => sum + lag, 0),
          waiting,
          failed,
          lagSeconds,
        };
      });
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
      const consumer = await findConsumer(await connect(cli), name);
      const queue = await openEventQueue(cli, consumer.name);
      print(`sent ${plural(await queue.retryFailed(), 'event')} to ${name} again`);
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
      const database = await connect(cli);
      await findConsumer(database, name);
      const queue = await openEventQueue(cli, name);
      await pauseConsumer(database.admin, name, isPaused);
      await queue.setPaused(isPaused);
      print(isPaused ? `paused ${name}: it takes nothing more` : `resumed ${name}`);
    });
}

function removeCommand(cli: Cli): Command {
  return new Command('remove')
    .description('send nothing more to a consumer')
    .argument('<name>')
    .option('--drop-queue', 'throw away its queue too, with what lies there unhandled or failed')
    .action(async (name: string, { dropQueue }: { dropQueue?: true }) => {
      const database = await connect(cli);
      await findConsumer(database, name);
      // Before anything is removed: it must be there.
      const queue = dropQueue ? await openEventQueue(cli, name) : null;
      await removeConsumer(database.admin, name);
      await queue?.drop();
      print(
        queue === null
          ? `removed ${name}; what lies in its queue stays there`
          : `removed ${name} and its queue`,
      );
    });
}
