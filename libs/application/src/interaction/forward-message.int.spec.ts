import { Logger, Module } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CarrierRefused, CarrierUnavailable, CarrierUncertain } from '#carrier';
import { newSid } from '#platform';
import { InteractionQueries, ParticipantQueries } from '#read-model';
import { cleanUp, testDatabase, testModules, testService, testWorld, waitFor } from '#testing';
import { readIdentifier } from '#wire';
import type { AlertCode } from '../alerts/alerts.js';
import { ApplicationModule } from '../application.module.js';
import { ReceiveMessage } from '../inbound/receive-message.js';
import { AddToPool } from '../phone-number/add-to-pool.js';
import { phoneNumbers } from '../phone-number/number-kind.js';
import { CreateSession } from '../session/create-session.js';
import { ForwardMessage } from './forward-message.js';
import { SendMessage } from './send-message.js';
import { ScriptedCarrier } from './spec/scripted-carrier.js';

@Module({})
class Process {}

const alice = '+15005550100';
const bob = '+15005550101';
const number = '+15005558000';

let world: Awaited<ReturnType<typeof openWorld>>;

beforeAll(async () => {
  Logger.overrideLogger(false);
  world = await openWorld();
});

beforeEach(() => {
  world.alerts.splice(0);
  world.carrier.asked.splice(0);
  world.carrier.sent.splice(0);
});

afterEach(() => {
  world.carrier.finding = () => Promise.resolve(null);
  expect(world.carrier.sending.splice(0)).toEqual([]);
});

/** An account with a service of one number, and a session of two people; the worker's side is the spec's. */
async function openWorld() {
  const { database } = await testDatabase();
  const store = await testWorld(database);
  const carrier = new ScriptedCarrier();
  const alerts: AlertCode[] = [];
  const modules = testModules(store, {
    carrier: { carrier, phones: null },
    onAlert: (code) => alerts.push(code),
  });
  const root = { module: Process, imports: [...modules, ApplicationModule] };
  const app = await NestFactory.createApplicationContext(root, { logger: false });
  cleanUp(() => app.close());
  const commands = app.get(CommandBus);
  const { sid: serviceSid, accountSid, context } = await testService(store);
  const name = { phoneNumber: number };
  await commands.execute(new AddToPool(phoneNumbers, serviceSid, name, false, 'http://127.0.0.1:1', context));
  const settings = {
    uniqueName: null,
    mode: 'voice-and-message',
    ttl: null,
    dateExpiry: null,
    status: 'open',
  } as const;
  const wishes = [alice, bob].map((identifier) => ({
    whom: readIdentifier(identifier, 'valid'),
    friendlyName: null,
    proxyIdentifier: null,
    proxyIdentifierSid: null,
    isUnused: false,
  }));
  const session = await commands.execute(new CreateSession(serviceSid, settings, wishes, context));
  const place = { accountSid, serviceSid, sessionSid: session.sid };
  const queries = app.get(InteractionQueries);
  const participants = app.get(ParticipantQueries);
  return { context, participants, carrier, alerts, commands, place, queries, database };
}

/** A message from Alice that is accepted and not forwarded yet. */
async function accepted() {
  const { commands, place, queries } = world;
  const { accountSid, serviceSid } = place;
  const resourceSid = newSid('SM');
  await commands.execute(
    new ReceiveMessage({
      contact: { accountSid, serviceSid, from: alice, to: number },
      type: 'message',
      resourceSid,
      body: 'hello',
      mediaUrls: null,
      parameters: [],
    }),
  );
  const row = await queries.withInbound(accountSid, serviceSid, resourceSid);
  const sid = row?.sid ?? '';
  return {
    sid,
    forward: () => commands.execute(new ForwardMessage(place, sid)),
    row: () => queries.get(place, sid),
  };
}

const unavailable = (retryAfter: number | null = null) =>
  Promise.reject(new CarrierUnavailable('status 503', retryAfter));
const uncertain = () => Promise.reject(new CarrierUncertain('time-out'));

describe('a message', () => {
  it('goes to the partner, from the number that is the partner’s way back', async () => {
    const { forward, row, sid } = await accepted();
    expect(await forward()).toBeNull();
    expect(world.carrier.sent).toEqual([
      {
        key: sid,
        from: number,
        to: bob,
        body: 'hello',
        mediaUrls: [],
        statusCallback: `http://127.0.0.1:1/v1/Accounts/${world.place.accountSid}/Proxy/${world.place.serviceSid}/Webhooks/MessageStatus?interaction=${sid}`,
      },
    ]);
    expect(await row()).toMatchObject({ is_pending: false, outbound_resource_status: 'queued', attempts: 1 });
    expect(await forward()).toBeNull();
    expect(world.carrier.asked).toEqual(['send']);
  });

  it('is sent by one of those who come for it at the same time', async () => {
    const { forward, row } = await accepted();
    await Promise.all(Array.from({ length: 8 }, forward));
    expect(world.carrier.asked).toEqual(['send']);
    expect(await row()).toMatchObject({ attempts: 1, is_pending: false });
  });

  it('is refused once and for all, which is told to the operator', async () => {
    const { forward, row } = await accepted();
    world.carrier.sending.push(() => Promise.reject(new CarrierRefused(21610, 'opted out')));
    expect(await forward()).toBeNull();
    expect(await row()).toMatchObject({
      is_pending: false,
      outbound_resource_status: 'failed',
      outbound_resource_sid: null,
    });
    expect(world.alerts).toEqual([80613]);
    await forward();
    expect(world.carrier.asked).toEqual(['send']);
  });
});

describe('while the carrier is away', () => {
  it('is asked again after ever longer pauses, or when it says so, and the message is given up at last', async () => {
    const { forward, row } = await accepted();
    const pauses: (number | null)[] = [];
    for (const retryAfter of [null, 5_000, 1_000, null, null, null, null, null, null, 1, null]) {
      world.carrier.sending.push(() => unavailable(retryAfter));
      pauses.push(await forward());
    }
    expect(pauses).toEqual([1, 5, 4, 8, 16, 32, 64, 128, 256, 512, 60].map((seconds) => seconds * 1000));
    expect(await row()).toMatchObject({ is_pending: true, attempts: 11 });
    expect(world.alerts).toEqual([]);

    expect(await forward()).toBeNull();
    expect(await row()).toMatchObject({ is_pending: false, outbound_resource_status: 'failed' });
    expect(world.alerts).toEqual([80613]);
    expect(world.carrier.sent).toEqual([]);
  });

  it('the message is given up in time though nobody can be asked what became of it', async () => {
    const { forward, row } = await accepted();
    world.carrier.sending.push(() => unavailable());
    world.carrier.finding = () => unavailable();
    for (let attempt = 1; attempt <= 10; attempt++) expect(await forward()).toBe(1000 * 2 ** (attempt - 1));
    expect(await forward()).toBe(60_000);
    expect(await forward()).toBeNull();
    expect(await row()).toMatchObject({ is_pending: false, outbound_resource_status: 'failed' });
    expect(world.carrier.asked.filter((asked) => asked === 'send')).toHaveLength(1);
  });

  it('the message goes out when it is back', async () => {
    const { forward, row } = await accepted();
    world.carrier.sending.push(() => unavailable());
    await forward();
    expect(await forward()).toBeNull();
    expect(world.carrier.sent).toHaveLength(1);
    expect(await row()).toMatchObject({ is_pending: false, attempts: 2, outbound_resource_status: 'queued' });
  });
});

describe('when the carrier did not answer', () => {
  it('the message that it has is not sent again', async () => {
    const { forward, row } = await accepted();
    const sid = newSid('SM');
    world.carrier.sending.push(uncertain);
    world.carrier.finding = ({ receivedAt }) => {
      expect(Date.parse(receivedAt)).toBeLessThanOrEqual(Date.now());
      return Promise.resolve({ sid, status: 'sent', url: null });
    };
    expect(await forward()).toBeNull();
    expect(await row()).toMatchObject({ outbound_resource_sid: sid, outbound_resource_status: 'sent' });
    await forward();
    expect(world.carrier.asked).toEqual(['send', 'find']);
  });

  it('the message that it does not have is sent again, after a pause and another look', async () => {
    const { forward } = await accepted();
    world.carrier.sending.push(uncertain);
    expect(await forward()).toBe(1000);
    expect(await forward()).toBeNull();
    expect(world.carrier.asked).toEqual(['send', 'find', 'find', 'send']);
    expect(world.carrier.sent).toHaveLength(1);
  });

  it('the message of which nobody can say is not sent again: its leg is unknown, and the operator is told', async () => {
    const { forward, row } = await accepted();
    world.carrier.sending.push(uncertain);
    world.carrier.finding = () => Promise.resolve('unknown');
    expect(await forward()).toBeNull();
    expect(await row()).toMatchObject({ is_pending: false, outbound_resource_status: 'unknown' });
    expect(world.alerts).toEqual([80613]);
    await forward();
    expect(world.carrier.asked).toEqual(['send', 'find']);
  });
});

describe('after a process died in the middle of it', () => {
  it('the next one asks the carrier before it sends', async () => {
    const { forward, row } = await accepted();
    // The one that dies has handed the message over and tells nobody.
    let isHandedOver = false;
    world.carrier.sending.push(async (wish) => {
      await world.carrier.take(wish);
      isHandedOver = true;
      return new Promise(() => undefined);
    });
    void forward();
    await waitFor(() => isHandedOver);
    const sid = newSid('SM');
    world.carrier.finding = () => Promise.resolve({ sid, status: 'delivered', url: null });

    expect(await forward()).toBeNull();
    expect(await row()).toMatchObject({
      outbound_resource_sid: sid,
      outbound_resource_status: 'delivered',
      attempts: 2,
    });
    expect(world.carrier.sent).toHaveLength(1);
  });

  it('the next one sees to it that what the account has sent itself gets through', async () => {
    const { carrier, commands, context, participants, place, queries } = world;
    const { sid: participantSid } = await participants.withIdentifier(place, bob);
    // The API dies while the carrier is asked.
    carrier.sending.push(() => new Promise(() => undefined));
    const wish = { body: 'your driver is here', mediaUrls: null };
    void commands.execute(new SendMessage(place, participantSid, wish, context));
    await waitFor(() => carrier.asked.length > 0);
    const { rows } = await queries.listMessages(place, participantSid, { size: 1, from: 0 });
    const [row] = rows;
    expect(row).toMatchObject({ is_pending: true, attempts: 1 });

    expect(await commands.execute(new ForwardMessage(place, row?.sid ?? ''))).toBeNull();
    expect(carrier.asked).toEqual(['send', 'find', 'send']);
    expect(carrier.sent).toMatchObject([{ from: number, to: bob, body: 'your driver is here' }]);
    expect(await queries.get(place, row?.sid ?? '')).toMatchObject({ is_pending: false });
  });
});

describe('what the account itself sends', () => {
  const send = async () => {
    const { commands, context, participants, place } = world;
    const { sid } = await participants.withIdentifier(place, bob);
    return commands.execute(new SendMessage(place, sid, { body: 'hello', mediaUrls: null }, context));
  };

  it('has failed when the carrier says that it never got it, or cannot be reached', async () => {
    world.carrier.sending.push(uncertain);
    await expect(send()).rejects.toMatchObject({ code: 'carrier-unavailable' });
    world.carrier.sending.push(() => unavailable());
    await expect(send()).rejects.toMatchObject({ code: 'carrier-unavailable' });
    expect(world.alerts).toEqual([80613, 80613]);
  });

  it('is shown as unknown when it may have gone out and the carrier cannot even be asked', async () => {
    world.carrier.sending.push(uncertain);
    world.carrier.finding = () => unavailable();
    expect(await send()).toMatchObject({ is_pending: false, outbound_resource_status: 'unknown' });
    expect(world.alerts).toEqual([80613]);
    expect(world.carrier.sent).toEqual([]);
  });
});
