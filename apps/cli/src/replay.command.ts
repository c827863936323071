import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import pc from 'picocolors';
import { checkTypes } from '#application';
import { readSid } from '#domain';
import { countReplay, type Consumer, type ReplayCount, type ReplayRange } from '#event-store';
import { StartError, type Database } from '#platform';
import { replayToConsumer } from '#queues';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { openEventQueue } from './connect-queues.js';
import { namedConsumer } from './named-consumer.js';
import { count, plural, print, printTable } from './output.js';
import { ProgressBar } from './progress-bar.js';
import { checkStretch, findSpans } from './replay-ranges.js';
import { parseCount } from './typed-values.js';

interface Options {
  readonly consumer: string;
  readonly from?: string;
  readonly to?: string;
  readonly session?: string;
  readonly service?: string;
  readonly type?: string[];
  readonly rate: string;
  readonly missingOnly?: true;
  readonly id?: string;
  readonly go?: true;
}

export function replayCommand(cli: Cli): Command {
  return new Command('replay')
    .description(
      'send a part of history to one consumer again; shows what it would send unless --go is given',
    )
    .requiredOption('--consumer <name>', 'who gets it')
    .option('--from <where>', 'from this position or time on; else from the beginning')
    .option('--to <where>', 'up to this position or time; else to the end')
    .option('--session <sid>', 'only events of this session')
    .option('--service <sid>', 'only events of this service and its sessions')
    .option('--type <types...>', 'only events of these types')
    .option('--rate <events>', 'at most so many a second', '500')
    .option(
      '--missing-only',
      'only what the consumer has not handled, or failed at; without it, it handles everything once more',
    )
    .option('--id <replay>', 'go on with a replay that was cut short')
    .option('--go', 'send it')
    .action(async (options: Options) => {
      const perSecond = parseCount('--rate', options.rate, 999_999);
      const place = parsePlace(options);
      checkStretch(options);
      const database = await connect(cli);
      const consumer = await namedConsumer(database, options.consumer);
      const ranges = await findRanges(database, consumer, options, place);
      const counts = await Promise.all(ranges.map((range) => countReplay(database.admin, range)));
      const total = counts.flat().reduce((sum, { events }) => sum + events, 0);
      printManifest(consumer, ranges, counts, options);
      if (options.go) await send(cli, database, consumer, ranges, { options, perSecond, total });
      else print(`\nNothing was sent. ${pc.bold('--go')} sends it.`);
    });
}

async function findRanges(
  { admin }: Database,
  consumer: Consumer,
  options: Options,
  place: Pick<ReplayRange, 'streamId' | 'serviceSid'>,
): Promise<ReplayRange[]> {
  const asked = options.type === undefined ? null : checkTypes(options.type);
  // A consumer is not sent what it never asked for.
  const types = asked?.filter((type) => consumer.types?.includes(type) ?? true) ?? consumer.types;
  const spans = await findSpans(admin, options);
  return spans.map((span) => ({ ...span, types, ...place }));
}

function printManifest(
  consumer: Consumer,
  ranges: readonly ReplayRange[],
  counts: readonly (readonly ReplayCount[])[],
  { missingOnly, rate }: Options,
): void {
  print(
    `To ${pc.bold(consumer.name)}, at most ${count(Number(rate))} a second; it ${missingOnly ? 'skips what it has handled' : 'handles everything once more'}`,
  );
  print();
  printTable(
    ['partition', 'positions', 'type', 'events'],
    ranges.flatMap(({ partition, from, to }, i) =>
      (counts[i] ?? []).map(({ type, events }) => [
        String(partition),
        `${count(from)} – ${count(to)}`,
        type,
        count(events),
      ]),
    ),
  );
  print(
    `\n${plural(
      counts.flat().reduce((sum, { events }) => sum + events, 0),
      'event',
    )} in all`,
  );
}

async function send(
  cli: Cli,
  { admin }: Database,
  consumer: Consumer,
  ranges: readonly ReplayRange[],
  { options, perSecond, total }: { options: Options; perSecond: number; total: number },
): Promise<void> {
  const replayId = options.missingOnly ? null : (options.id ?? randomUUID());
  const queue = await openEventQueue(cli, consumer);
  const bar = new ProgressBar();
  let done = 0;
  let present = 0;
  for (const range of ranges) {
    const before = done + present;
    const replayed = await replayToConsumer(admin, queue, range, {
      consumer,
      replayId,
      perSecond,
      signal: cli.interrupted,
      progress: (looked) => {
        bar.show('sending', before + looked, total);
      },
    });
    done += replayed.sent;
    present += replayed.present;
  }
  bar.stop();
  if (cli.interrupted.aborted) {
    throw new Error(
      `interrupted after ${plural(done, 'event')}${replayId === null ? '' : `; --id ${replayId} goes on`}`,
    );
  }
  const rest = present === 0 ? '' : `, ${plural(present, 'event')} in its queue already`;
  print(
    `sent ${plural(done, 'event')} to ${consumer.name}${replayId === null ? '' : ` as replay ${replayId}`}${rest}`,
  );
}

/** Before anything is asked of the database: a wrong SID would match nothing, and nothing would be said about it. */
function parsePlace({ session, service }: Options): Pick<ReplayRange, 'streamId' | 'serviceSid'> {
  const [streamId, serviceSid] = [session && readSid('KC', session), service && readSid('KS', service)];
  if (streamId === null) throw new StartError(`--session ${session} is no session SID`);
  if (serviceSid === null) throw new StartError(`--service ${service} is no service SID`);
  return { streamId: streamId ?? null, serviceSid: serviceSid ?? null };
}
