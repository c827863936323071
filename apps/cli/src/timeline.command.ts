import { Command } from 'commander';
import pc from 'picocolors';
import { upcasters, type Decoding, type StreamPlace } from '#event-store';
import { StartError, type Database } from '#platform';
import { readHistory, rowAsOf, type PastMoment } from '#read-model';
import type { Cli } from './cli.js';
import { connectForAudit } from './connect.js';
import { describeMoment, shown, type ToldEvent } from './describe-moment.js';
import { findMasterKey } from './master-key.js';
import { namedStream } from './named-stream.js';
import { print, printJson, printTable } from './output.js';

interface Options {
  readonly at?: string;
  readonly json?: true;
}

export function timelineCommand(cli: Cli): Command {
  return new Command('timeline')
    .description('show who changed what in a session, service or account, when and by which request')
    .argument('<sid>', 'KC…, KS… or AC…; deleted ones too')
    .option(
      '--at <moment>',
      'show it as the API would have at a version (3) or a time (2026-01-02T03:04:05Z)',
    )
    .option('--json', 'as JSON, an event a line')
    .action(async (sid: string, options: Options) => {
      const { reads } = await connectForAudit(cli);
      const stream = await namedStream(reads, sid);
      // Who has not got the key may read the history too, but not what it says of people.
      const decoding = { upcasters, masterKey: findMasterKey(cli.config) };
      if (options.at === undefined) await printTimeline(reads, stream, decoding, options);
      else await printPast(reads, stream, parseMoment(options.at), decoding, options);
    });
}

type Reads = Database['reads'];

async function printTimeline(
  reads: Reads,
  stream: StreamPlace,
  decoding: Decoding,
  { json }: Options,
): Promise<void> {
  if (!json) print(heading(stream));
  for await (const moment of readHistory(reads, stream, decoding)) {
    const account = describeMoment(moment);
    if (json) printJson(account);
    else printEvent(account);
  }
}

function heading({ streamId, category, accountSid, status }: StreamPlace): string {
  const owner = streamId === accountSid ? '' : ` of ${accountSid}`;
  const end = status === 'deleted' ? pc.red('  deleted') : '';
  return `${pc.bold(`${category} ${streamId}`)}${owner}${end}`;
}

function printEvent({ version, type, occurredAt, actor, requestId, changes, late }: ToldEvent): void {
  print();
  print(
    `  ${pc.dim(`${version}`.padStart(3))}  ${occurredAt}  ${pc.bold(type)}  ${pc.dim('by')} ${actor}${requestId === null ? '' : `  ${pc.dim('request')} ${requestId}`}`,
  );
  const width = Math.max(...changes.map(({ field }) => field.length), 0);
  for (const { field, from, to } of changes) {
    const arrow = from === null ? '' : `${shown(from)} ${pc.dim('→')} `;
    print(`       ${pc.dim(field.padEnd(width))}  ${arrow}${shown(to)}`);
  }
  if (late !== null) print(`       ${pc.yellow(late)}`);
}

async function printPast(
  reads: Reads,
  stream: StreamPlace,
  moment: PastMoment,
  decoding: Decoding,
  { json }: Options,
): Promise<void> {
  if ('version' in moment && (moment.version < 1 || moment.version > stream.version)) {
    throw new StartError(
      `${stream.streamId} has no version ${moment.version}: its last is ${stream.version}`,
    );
  }
  const row = await rowAsOf(reads, stream, moment, decoding);
  if (json) printJson(row);
  else if (row === null) print('The API would have answered 404.');
  else
    printTable(
      ['field', 'value'],
      Object.entries(row).map(([field, value]) => [field, shown(value)]),
    );
}

function parseMoment(text: string): PastMoment {
  if (/^\d{1,15}$/.test(text)) return { version: Number(text) };
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new StartError(`--at ${text} is neither a version nor a time in ISO 8601`);
  return { time: new Date(time).toISOString() };
}
