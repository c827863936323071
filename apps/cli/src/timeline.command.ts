import { Command } from 'commander';
import pc from 'picocolors';
import { sessionStream } from '#domain';
import { upcasters, type Decoding, type StreamPlace } from '#event-store';
import { StartError, type Database } from '#platform';
import { readHistory, rowAsOf, rowsBelowAsOf, type PastMoment } from '#read-model';
import type { Cli } from './cli.js';
import { connectForAudit } from './connect.js';
import { describeMoment, shown, type ToldEvent } from './describe-moment.js';
import { findMasterKey } from './master-key.js';
import { namedStream } from './named-stream.js';
import { print, printJson, printTable } from './output.js';
import { isNumbered, parseTime } from './typed-values.js';
import { veil } from './veil.js';

interface Options {
  readonly at?: string;
  readonly personal?: true;
  readonly json?: true;
}

export function timelineCommand(cli: Cli): Command {
  return new Command('timeline')
    .description('show who changed what in a session, service, number or account, when and by which request')
    .argument('<sid>', 'KC…, KS…, PN…, SC… or AC…; deleted ones too')
    .option(
      '--at <moment>',
      'show it as the API would have at a version (3) or a time (2026-01-02T03:04:05Z)',
    )
    .option(
      '--personal',
      'show whole numbers, names, texts and media; else numbers end in XXXX and the rest is hidden',
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
  { json, personal }: Options,
): Promise<void> {
  if (!json) print(heading(stream));
  const veiled = veiling(stream, personal);
  for await (const moment of readHistory(reads, stream, decoding)) {
    const told = describeMoment(moment);
    const changes = told.changes.map((change) => ({ ...change, to: veiled(change.field, change.to) }));
    const account = { ...told, changes };
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
  { json, personal }: Options,
): Promise<void> {
  if ('version' in moment && (moment.version < 1 || moment.version > stream.version)) {
    throw new StartError(
      `${stream.streamId} has no version ${moment.version}: its last is ${stream.version}`,
    );
  }
  const row = await rowAsOf(reads, stream, moment, decoding);
  const below = row === null ? {} : await rowsBelowAsOf(reads, stream, moment, decoding);
  const veiled = veiling(stream, personal);
  const shownRow = (one: object) =>
    Object.fromEntries(
      Object.entries<unknown>({ ...one }).map(([field, value]) => [field, veiled(field, value)]),
    );
  const children = Object.entries(below).map(([table, rows]) => [`${table}s`, rows.map(shownRow)] as const);
  if (json) printJson(row && { ...row, ...Object.fromEntries(children) });
  else if (row === null) print('The API would have answered 404.');
  else {
    printRow(row);
    for (const [name, rows] of children) {
      for (const [index, one] of rows.entries()) {
        print(`\n${pc.bold(name)} ${pc.dim(`${index + 1} of ${rows.length}`)}`);
        printRow(one);
      }
    }
  }
}

function printRow(row: object): void {
  printTable(
    ['field', 'value'],
    Object.entries<unknown>({ ...row }).map(([field, value]) => [field, shown(value)]),
  );
}

/** In other streams only a reason may tell of somebody: the name of a number is not that of a person. */
function veiling({ category }: StreamPlace, personal: true | undefined) {
  return (field: string, value: unknown) =>
    personal !== true && (category === sessionStream.category || field === 'reason')
      ? veil(field, value)
      : value;
}

function parseMoment(text: string): PastMoment {
  if (isNumbered(text)) return { version: Number(text) };
  const time = parseTime(text);
  if (time === null) throw new StartError(`--at ${text} is neither a version nor a time in ISO 8601`);
  return { time };
}
