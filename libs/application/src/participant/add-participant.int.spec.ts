import { Logger, Module } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Carrier } from '#carrier';
import type { EventContext } from '#event-store';
import {
  NumberPool,
  ParticipantQueries,
  ServiceQueries,
  type Found,
  type NumberWish,
  type PickedNumber,
} from '#read-model';
import { cleanUp, testDatabase, testModules, testService, testWorld } from '#testing';
import { readIdentifier } from '#wire';
import { ApplicationModule } from '../application.module.js';
import { AddToPool } from '../phone-number/add-to-pool.js';
import { phoneNumbers } from '../phone-number/number-kind.js';
import { RemoveFromPool } from '../phone-number/remove-from-pool.js';
import { CreateSession } from '../session/create-session.js';
import { DeleteSession } from '../session/delete-session.js';
import { UpdateSession } from '../session/update-session.js';
import { AddParticipant, AddParticipantHandler } from './add-participant.js';
import { ProxyNumbers } from './proxy-numbers.js';

@Module({})
class Process {}

const settings = {
  uniqueName: null,
  mode: 'voice-and-message',
  ttl: null,
  dateExpiry: null,
  status: 'open',
} as const;

/** Others get their say between the choice of a number and its use. */
class SlowPool extends NumberPool {
  readonly picked: PickedNumber[] = [];
  meanwhile: ((number: PickedNumber) => Promise<unknown>) | null = null;

  override async pick(wanted: NumberWish): Promise<Found> {
    const found = await super.pick(wanted);
    const { meanwhile } = this;
    this.meanwhile = null;
    if (found.number !== null) {
      this.picked.push(found.number);
      await meanwhile?.(found.number);
    }
    return found;
  }
}

describe('a number that was chosen for a participant', () => {
  let commands: CommandBus;
  let pool: SlowPool;
  let handler: AddParticipantHandler;
  let context: EventContext;
  let serviceSid: string;
  let sessionSid: string;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    const { database } = await testDatabase();
    const store = await testWorld(database);
    const root = { module: Process, imports: [...testModules(store), ApplicationModule] };
    const app = await NestFactory.createApplicationContext(root, { logger: false });
    cleanUp(() => app.close());
    commands = app.get(CommandBus);
    pool = new SlowPool(database, 1);
    const services = app.get(ServiceQueries);
    const numbers = new ProxyNumbers(pool, services, app.get(Carrier));
    handler = new AddParticipantHandler(store.events, services, app.get(ParticipantQueries), numbers);
    ({ sid: serviceSid, context } = await testService(store));
    for (const phoneNumber of ['+15005558000', '+15005558001', '+15005558002']) {
      const add = new AddToPool(
        phoneNumbers,
        serviceSid,
        { phoneNumber },
        false,
        'http://127.0.0.1:1',
        context,
      );
      await commands.execute(add);
    }
  });

  beforeEach(async () => {
    pool.picked.splice(0);
    ({ sid: sessionSid } = await commands.execute(new CreateSession(serviceSid, settings, [], context)));
  });

  const join = () => {
    const wish = {
      whom: readIdentifier('+15005550100', 'valid'),
      friendlyName: null,
      proxyIdentifier: null,
      proxyIdentifierSid: null,
      isUnused: false,
    };
    return handler.execute(new AddParticipant(serviceSid, sessionSid, wish, context));
  };

  it('is used in a session that has changed by then', async () => {
    pool.meanwhile = () => commands.execute(new UpdateSession(serviceSid, sessionSid, { ttl: 60 }, context));
    const { proxy_identifier: number } = await join();
    expect(pool.picked).toMatchObject([{ number }]);
  });

  it('is not used in a session that has gone', async () => {
    pool.meanwhile = () => commands.execute(new DeleteSession(serviceSid, sessionSid, context));
    await expect(join()).rejects.toMatchObject({ code: 'session-not-found' });
    expect(pool.picked).toHaveLength(1);
  });

  it('gives way to another when it has left the pool', async () => {
    pool.meanwhile = ({ sid }) =>
      commands.execute(new RemoveFromPool(phoneNumbers, serviceSid, sid, context));
    const { proxy_identifier: number } = await join();
    const [first, second] = pool.picked;
    expect(second).toMatchObject({ number });
    expect(first?.number).not.toBe(number);
  });
});
