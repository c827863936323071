import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import {
  EnableCallbackHandler,
  EnableCallback,
  RedeliverDeliveries,
  RedeliverDeliveriesHandler,
  RedeliverDelivery,
  RedeliverDeliveryHandler,
  SendTestCallback,
  SendTestCallbackHandler,
} from '#application';
import { countRedeliverable, redeliver, ServiceQueries } from '#read-model';
import { moveClock, waitFor } from '#testing';
import { customer, forms, isSigned, toldWorld } from './spec/told-service.js';

const ok = (response: ServerResponse) => response.writeHead(200).end();

const every = { status: null, from: null, to: null };

describe('a delivery', () => {
  it('is made again when somebody asks for it, with its own token and all its attempts', async () => {
    const world = await toldWorld('postgres');
    const { receiver, url } = await customer(ok);
    const service = await world.addService(url);
    const { accountSid, serviceSid } = service;
    const handler = new RedeliverDeliveryHandler(world.database, world.store.events, world.queries);
    await world.startWorker();
    await service.start();
    const { sid } = await waitFor(async () => {
      return (await service.deliveries()).find(({ status }) => status === 'delivered');
    });

    await handler.execute(new RedeliverDelivery(accountSid, serviceSid, sid));

    await waitFor(() => receiver.calls.length === 2);
    expect(receiver.calls[1]).toEqual(receiver.calls[0]);
    const again = await waitFor(async () => {
      const delivery = await service.delivery(sid);
      return delivery.status === 'delivered' && delivery;
    });
    expect(again.history.map(({ number, status }) => [number, status])).toEqual([
      [1, 200],
      [2, 200],
    ]);
  });

  it('is not made again by somebody else, while it is on its way, or once it is erased', async () => {
    const world = await toldWorld('absent postgres');
    const service = await world.addService('http://127.0.0.1:1/');
    const other = await world.addService(null);
    const { accountSid, serviceSid } = service;
    const handler = new RedeliverDeliveryHandler(world.database, world.store.events, world.queries);
    const worker = await world.startWorker();
    const talk = await service.start();
    const [{ sid } = { sid: '' }] = await waitFor(async () => {
      const deliveries = await service.deliveries();
      return deliveries.length > 0 && deliveries;
    });
    await worker.stop();

    await expect(handler.execute(new RedeliverDelivery(accountSid, serviceSid, sid))).rejects.toMatchObject({
      code: 'delivery-pending',
    });
    for (const stranger of [
      new RedeliverDelivery(other.accountSid, serviceSid, sid),
      new RedeliverDelivery(accountSid, other.serviceSid, sid),
    ]) {
      await expect(handler.execute(stranger)).rejects.toMatchObject({ code: 'delivery-not-found' });
    }
    await service.deleteInteraction(talk);
    await expect(handler.execute(new RedeliverDelivery(accountSid, serviceSid, sid))).rejects.toMatchObject({
      code: 'delivery-erased',
    });
  });
});

describe('many deliveries', () => {
  it('are made again at the rate that is asked for, those that failed alone', async () => {
    const world = await toldWorld('postgres');
    const statuses = [200];
    const { receiver, url } = await customer((response) => response.writeHead(statuses.shift() ?? 410).end());
    const service = await world.addService(url);
    const { accountSid, serviceSid } = service;
    const worker = await world.startWorker();
    await service.start();
    await waitFor(async () => (await service.deliveries())[0]?.status === 'delivered');
    const talk = await service.start();
    await waitFor(async () => (await service.deliveries())[1]?.status === 'failed');
    await service.pileUp(talk, 29);
    await world.database.admin.query(
      `update maskline.delivery set status = 'failed', next_attempt_at = null where status = 'pending'`,
    );
    await worker.stop();
    const range = { ...every, partition: 0, accountSid, serviceSid };
    expect(await countRedeliverable(world.database.admin, range)).toEqual([
      { status: 'delivered', deliveries: 1 },
      { status: 'failed', deliveries: 30 },
    ]);
    const handler = new RedeliverDeliveriesHandler(world.database, world.store.events);
    const failed = { ...every, status: 'failed' } as const;
    expect(await handler.execute(new RedeliverDeliveries(accountSid, serviceSid, failed, 10))).toBe(30);
    expect(await handler.execute(new RedeliverDeliveries(accountSid, serviceSid, failed, 10))).toBe(0);
    const { rows } = await world.database.admin.query<{ seconds: number; first: number }>(
      `select extract(epoch from max(next_attempt_at) - min(next_attempt_at))::float8 as seconds
       from maskline.delivery where status = 'pending'`,
    );
    expect(rows[0]?.seconds).toBeCloseTo(2.9, 3);
    // The same in small steps, each going on where the one before it ended.
    await world.database.admin.query(
      `update maskline.delivery set status = 'failed', next_attempt_at = null where status = 'pending'`,
    );
    const steps = { sid: null, perSecond: 10, days: 3, batch: 7 };
    expect(await redeliver(world.database.admin, { ...range, status: 'failed' }, steps)).toBe(30);
    const { rows: places } = await world.database.admin.query<{ n: number }>(
      `select count(distinct next_attempt_at)::int as n from maskline.delivery where status = 'pending'`,
    );
    expect(places).toEqual([{ n: 30 }]);

    // It is disabled, by its 410, until somebody enables it.
    const before = receiver.calls.length;
    statuses.push(...Array.from({ length: 30 }, () => 200));
    await moveClock(world.database, '1 minute');
    await world.startWorker();
    const enable = new EnableCallbackHandler(
      world.database,
      world.store.events,
      new ServiceQueries(world.database, 1),
    );
    expect(receiver.calls).toHaveLength(before);
    await enable.execute(new EnableCallback(accountSid, serviceSid));
    await waitFor(async () => (await service.deliveries()).every(({ status }) => status === 'delivered'));
    expect(receiver.calls).toHaveLength(before + 30);
  });
});

describe('a test call', () => {
  it('says that it is a test, and enables the endpoint when it arrives', async () => {
    const world = await toldWorld('postgres');
    const statuses = [410, 500];
    const { receiver, url } = await customer((response) => response.writeHead(statuses.shift() ?? 200).end());
    const service = await world.addService(url);
    const { accountSid, serviceSid } = service;
    const services = new ServiceQueries(world.database, 1);
    const handler = new SendTestCallbackHandler(
      world.database,
      world.store.events,
      services,
      world.callbacks,
    );
    await world.startWorker();
    await service.start();
    const isDisabled = async () =>
      (await world.endpoints.find(accountSid, serviceSid))?.disabled_because === 'gone';
    await waitFor(isDisabled);

    const test = new SendTestCallback(accountSid, serviceSid);
    expect(await handler.execute(test)).toMatchObject({ status: 500, failure: 'status 500' });
    expect(await isDisabled()).toBe(true);
    expect(await handler.execute(test)).toMatchObject({ status: 200, failure: null });
    expect(await isDisabled()).toBe(false);

    const last = receiver.calls.slice(-1);
    expect(last.map((call) => isSigned(`${receiver.url}/hooks?x=1`, call))).toEqual([true]);
    expect(forms(last)).toMatchObject([{ interactionServiceSid: serviceSid, isTest: 'true' }]);
    expect(await service.deliveries()).toHaveLength(1);
  });

  it('needs a URL, and the account whose service it is', async () => {
    const world = await toldWorld('absent postgres');
    const { accountSid, serviceSid } = await world.addService(null);
    const services = new ServiceQueries(world.database, 1);
    const handler = new SendTestCallbackHandler(
      world.database,
      world.store.events,
      services,
      world.callbacks,
    );
    await expect(handler.execute(new SendTestCallback(accountSid, serviceSid))).rejects.toMatchObject({
      code: 'callback-url-missing',
    });
    const stranger = `AC${'9'.repeat(32)}`;
    await expect(handler.execute(new SendTestCallback(stranger, serviceSid))).rejects.toMatchObject({
      code: 'service-not-found',
    });
  });
});
