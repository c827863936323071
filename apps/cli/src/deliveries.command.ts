import { Command, Option } from 'commander';
import pc from 'picocolors';
import { EnableCallback, RedeliverDeliveries, RedeliverDelivery, type DeliverySelection } from '#application';
import { readSid } from '#domain';
import { readPartitions } from '#event-store';
import { StartError, type Database } from '#platform';
import {
  CallbackEndpointQueries,
  countRedeliverable,
  DeliveryQueries,
  findDelivery,
  type DeliveryDetails,
  type DeliveryStatus,
} from '#read-model';
import { DELIVERY_STATUSES, isPersonalParameter } from '#wire';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { requireMasterKey } from './master-key.js';
import { namedStream } from './named-stream.js';
import { openApplication } from './open-application.js';
import { count, print, printJson, printTable } from './output.js';
import { parseCount, parseTime } from './typed-values.js';

const HIDDEN = 'hidden';

/** Deliveries that are listed, or made again in a second. */
const MOST = 9999;

export function deliveriesCommand(cli: Cli): Command {
  return new Command('deliveries')
    .description('show what services were told by their CallbackUrl, and tell it again')
    .addCommand(listCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(redeliverCommand(cli))
    .addCommand(enableCommand(cli));
}

interface Range {
  readonly status?: DeliveryStatus;
  readonly from?: string;
  readonly to?: string;
}

const statusOption = (description = 'only these') =>
  new Option('--status <status>', description).choices(DELIVERY_STATUSES);

function listCommand(cli: Cli): Command {
  return new Command('list')
    .description('show the deliveries of a service, the newest first')
    .argument('<service>', 'KS…; deleted ones too')
    .addOption(statusOption())
    .option('--from <time>', 'created at this time or later')
    .option('--to <time>', 'created before this time')
    .option('--limit <deliveries>', 'at most so many', '50')
    .option('--json', 'as JSON, a delivery a line')
    .action(async (service: string, options: Range & { limit: string; json?: true }) => {
      const size = parseCount('--limit', options.limit, MOST);
      const filter = readRange(options);
      const database = await connect(cli);
      const { accountSid, serviceSid } = await serviceOf(database, service);
      const queries = await openQueries(cli, database);
      const { rows, hasMore } = await queries.list(accountSid, serviceSid, { size, from: 0 }, filter);
      if (options.json) {
        rows.forEach(printJson);
        return;
      }
      await printHealth(database, accountSid, serviceSid);
      printTable(
        ['delivery', 'event', 'interaction', 'created', 'status', 'attempts'],
        rows.map((row) => [
          row.sid,
          row.event_type,
          row.interaction_sid,
          row.date_created,
          row.reason === null ? row.status : `${row.status}: ${row.reason}`,
          count(row.attempts),
        ]),
      );
      if (hasMore) print(`There are more; ${pc.bold('--limit')} shows them.`);
    });
}

/** What a list does not show of itself: that nothing is sent any more. */
async function printHealth(database: Database, accountSid: string, serviceSid: string): Promise<void> {
  const endpoints = new CallbackEndpointQueries(database, await readPartitions(database.admin));
  const endpoint = await endpoints.find(accountSid, serviceSid);
  if (endpoint?.disabled_at == null) return;
  print(
    pc.yellow(
      `Disabled since ${endpoint.disabled_at} (${endpoint.disabled_because ?? ''}): maskline deliveries enable`,
    ),
  );
  print();
}

function showCommand(cli: Cli): Command {
  return new Command('show')
    .description('show what was sent and what was answered, attempt by attempt')
    .argument('<delivery>', 'DL…')
    .option('--personal', 'show texts, media and answers, which may tell about people; else they are hidden')
    .option('--json', 'as JSON')
    .action(async (sid: string, { personal, json }: { personal?: true; json?: true }) => {
      const database = await connect(cli);
      const { accountSid, serviceSid } = await placeOf(database, sid);
      const whole = await (await openQueries(cli, database)).get(accountSid, serviceSid, sid);
      const delivery = personal === true ? whole : veiled(whole);
      if (json) printJson(delivery);
      else printDelivery(delivery);
    });
}

/** As somebody sees it who asks whether it arrived, not what it said. */
function veiled({ request, history, ...row }: DeliveryDetails): DeliveryDetails {
  return {
    ...row,
    request: request && request.map(([name, value]) => [name, isPersonalParameter(name) ? HIDDEN : value]),
    history: history.map((attempt) => ({ ...attempt, answer: attempt.answer && HIDDEN })),
  };
}

function printDelivery({ request, history, ...row }: DeliveryDetails): void {
  printTable(
    ['field', 'value'],
    Object.entries(row).map(([field, value]) => [field, String(value ?? '')]),
  );
  print();
  if (request === null) print('What it said is erased: its interaction or session is deleted.');
  else
    printTable(
      ['sent', ''],
      request.map((pair) => [...pair]),
    );
  print();
  printTable(
    ['attempt', 'begun', 'to', 'outcome', 'answer'],
    history.map((attempt) => [
      String(attempt.number),
      attempt.date_started,
      attempt.url ?? '',
      attempt.date_ended === null ? 'unknown' : (attempt.failure ?? `status ${String(attempt.status ?? '')}`),
      attempt.answer ?? '',
    ]),
  );
}

function redeliverCommand(cli: Cli): Command {
  return new Command('redeliver')
    .description('have deliveries made again: one, or those of a service, which --go confirms')
    .argument('<sid>', 'DL…, or KS… for many')
    .addOption(statusOption('only these: failed if not given'))
    .option('--from <time>', 'created at this time or later')
    .option('--to <time>', 'created before this time')
    .option('--rate <deliveries>', 'at most so many a second: 10 if not given')
    .option('--go', 'do it')
    .action(async (sid: string, { go, ...options }: Range & { rate?: string; go?: true }) => {
      const one = readSid('DL', sid);
      if (one !== null) {
        const [unheard] = Object.keys(options);
        if (unheard !== undefined)
          throw new StartError(`--${unheard} is of many: one delivery is made again as it is`);
        await redeliverOne(cli, one);
        return;
      }
      const perSecond = parseCount('--rate', options.rate ?? '10', MOST);
      const { status = 'failed', from = null, to = null } = readRange(options);
      await redeliverMany(cli, sid, { status, from, to }, { perSecond, go: go === true });
    });
}

async function redeliverOne(cli: Cli, sid: string): Promise<void> {
  const { commands, database } = await openApplication(cli);
  const { accountSid, serviceSid } = await placeOf(database, sid);
  await commands.execute(new RedeliverDelivery(accountSid, serviceSid, sid));
  print(`${sid} is sent again`);
}

async function redeliverMany(
  cli: Cli,
  service: string,
  selection: DeliverySelection,
  { perSecond, go }: { readonly perSecond: number; readonly go: boolean },
): Promise<void> {
  const { commands, database } = await openApplication(cli);
  const { partition, accountSid, serviceSid } = await serviceOf(database, service);
  if (go) {
    const redelivery = new RedeliverDeliveries(accountSid, serviceSid, selection, perSecond);
    print(`ordered again: ${count(await commands.execute(redelivery))}`);
    return;
  }
  const counts = await countRedeliverable(database.admin, {
    partition,
    accountSid,
    serviceSid,
    ...selection,
  });
  print(`To ${pc.bold(serviceSid)}, at most ${count(perSecond)} a second`);
  print();
  printTable(
    ['status', 'deliveries'],
    counts.map(({ status, deliveries }) => [status, count(deliveries)]),
  );
  print(`\nNothing was sent. ${pc.bold('--go')} sends it.`);
}

function enableCommand(cli: Cli): Command {
  return new Command('enable')
    .description('have a CallbackUrl called again that was disabled for its failures')
    .argument('<service>', 'KS…')
    .action(async (service: string) => {
      const { commands, database } = await openApplication(cli);
      const { accountSid, serviceSid } = await serviceOf(database, service);
      await commands.execute(new EnableCallback(accountSid, serviceSid));
      print(`the CallbackUrl of ${serviceSid} is called again`);
    });
}

async function serviceOf({ reads }: Database, text: string) {
  const serviceSid = readSid('KS', text);
  if (serviceSid === null) throw new StartError(`${text} is no service SID`);
  const { partition, accountSid } = await namedStream(reads, serviceSid);
  return { partition, accountSid, serviceSid };
}

async function placeOf({ reads }: Database, sid: string) {
  const place = await findDelivery(reads, sid);
  if (place === null) throw new StartError(`there is no delivery ${sid}`);
  return place;
}

async function openQueries(cli: Cli, database: Database): Promise<DeliveryQueries> {
  return new DeliveryQueries(database, await readPartitions(database.admin), requireMasterKey(cli.config));
}

function readRange({ status, from, to }: Range): Range {
  return {
    ...(status !== undefined && { status }),
    ...(from !== undefined && { from: requireTime('--from', from) }),
    ...(to !== undefined && { to: requireTime('--to', to) }),
  };
}

function requireTime(option: string, text: string): string {
  const time = parseTime(text);
  if (time === null) throw new StartError(`${option} ${text} is no time in ISO 8601`);
  return time;
}
