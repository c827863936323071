import { Logger, Module } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { openSimulator, type Carrier, type NumberWebhooks } from '#carrier';
import type { Database } from '#platform';
import { cleanUp, testDatabase, testModules, testService, testWorld } from '#testing';
import { ApplicationModule } from '../application.module.js';
import { AddToPool } from './add-to-pool.js';
import { phoneNumbers } from './number-kind.js';

@Module({})
class Process {}

// Two services of an account want the same number: its carrier has to report where it ended up.
let database: Database;
let commands: CommandBus;
let carrier: Carrier;
let first: Awaited<ReturnType<typeof testService>>;
let second: typeof first;
/** Happens when the carrier is asked to connect a number the next time, before it does. */
let meanwhile: (() => Promise<unknown>) | null = null;
let digits = 8100;
let phoneNumber: string;

beforeAll(async () => {
  Logger.overrideLogger(false);
  ({ database } = await testDatabase());
  const store = await testWorld(database);
  const opened = openSimulator(database, store.masterKey);
  ({ carrier } = opened);
  const connect = carrier.connectNumber.bind(carrier);
  carrier.connectNumber = async (accountSid: string, sid: string, webhooks: NumberWebhooks) => {
    const others = meanwhile;
    meanwhile = null;
    await others?.();
    await connect(accountSid, sid, webhooks);
  };
  const imports = [
    ...testModules(store, { carrier: opened, config: { MAX_POOL_NUMBERS: 2 } }),
    ApplicationModule,
  ];
  const app = await NestFactory.createApplicationContext({ module: Process, imports }, { logger: false });
  cleanUp(() => app.close());
  commands = app.get(CommandBus);
  first = await testService(store);
  second = await testService(store, first.accountSid);
});

beforeEach(() => {
  phoneNumber = `+1500555${(digits += 1)}`;
});

const add = ({ sid, context }: typeof first, number = phoneNumber) =>
  commands.execute(
    new AddToPool(phoneNumbers, sid, { phoneNumber: number }, false, 'http://127.0.0.1:1', context),
  );

/** Where the carrier reports a message to the number. */
async function reportsTo(number = phoneNumber): Promise<string | null | undefined> {
  const { rows } = await database.reads.query<{ message_url: string | null }>(
    'select message_url from simulator.number where phone_number = $1',
    [number],
  );
  return rows[0]?.message_url;
}

it('has the carrier report to the service that was quicker', async () => {
  meanwhile = () => add(second);
  await expect(add(first)).rejects.toMatchObject({ code: 'phone-number-in-other-service' });
  expect(await reportsTo()).toContain(second.sid);
});

it('has the carrier report nothing of a number for which there was no room', async () => {
  await add(first, '+15005558001');
  await add(first, '+15005558002');
  await expect(add(first)).rejects.toMatchObject({ code: 'pool-full' });
  expect(await reportsTo()).toBeNull();
  expect(await reportsTo('+15005558002')).toContain(first.sid);
});

it('says why it was refused though the carrier cannot be told any more', async () => {
  const disconnect = carrier.disconnectNumber.bind(carrier);
  carrier.disconnectNumber = () => Promise.reject(new Error('away'));
  cleanUp(() => {
    carrier.disconnectNumber = disconnect;
  });
  await expect(add(first)).rejects.toMatchObject({ code: 'pool-full' });
});
