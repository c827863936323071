import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { claimDeliveries, forgetDeliveries } from '#read-model';
import { moveClock, queueBackends, waitFor } from '#testing';
import { customer, forms, isSigned, toldWorld, type ToldService } from './spec/told-service.js';

const ok = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/plain' }).end('thanks');

const allOver = (service: ToldService, count: number) =>
  waitFor(async () => {
    const deliveries = await service.deliveries();
    return deliveries.length === count && deliveries.every(({ status }) => status !== 'pending')
      ? deliveries
      : null;
  });

const tried = (service: ToldService, attempts: number) =>
  waitFor(async () => {
    const [delivery] = await service.deliveries();
    if (delivery?.attempts !== attempts) return null;
    const { history } = await service.delivery(delivery.sid);
    return history.every(({ date_ended }) => date_ended !== null) ? delivery : null;
  });

describe.each(queueBackends())('a CallbackUrl, with queues on %s', (backend) => {
  it('is told of a message from its start to its end, each time as it was then', async () => {
    const world = await toldWorld(backend);
    const { receiver, url } = await customer(ok);
    const service = await world.addService(url);
    const silent = await world.addService(null);
    // All of it has happened before anybody looks.
    const talk = await service.start('message', 'Grüße & Küsse = +1 😀');
    await silent.start();
    await service.leg(talk, 'outbound', 'sent', 'SMoutbound');
    await service.leg(talk, 'outbound', 'delivered');

    await world.startWorker();

    const deliveries = await allOver(service, 3);
    expect(deliveries.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
      ['delivered', 1],
    ]);
    expect(await silent.deliveries()).toEqual([]);
    expect(receiver.calls).toHaveLength(3);
    const told = new Map(
      forms(receiver.calls).map((form, i) => [
        String(receiver.calls[i]?.headers['i-twilio-idempotency-token']),
        form,
      ]),
    );
    const inOrder = deliveries.map(({ event_id }) => told.get(event_id));
    expect(inOrder.map((form) => form?.['outboundResourceStatus'])).toEqual([undefined, 'sent', 'delivered']);
    expect(inOrder[0]).toMatchObject({
      interactionSid: talk.interactionSid,
      interactionSessionSid: talk.sessionSid,
      interactionServiceSid: service.serviceSid,
      interactionAccountSid: service.accountSid,
      interactionType: 'Message',
      interactionData: '{"body":"Grüße & Küsse = +1 😀"}',
      inboundResourceType: 'message',
    });
    expect(inOrder[2]).toMatchObject({ outboundResourceSid: 'SMoutbound' });
    const called = `${receiver.url}/hooks?x=1`;
    expect(receiver.calls.map((call) => isSigned(called, call))).toEqual([true, true, true]);
    const details = await service.delivery(deliveries[0]?.sid ?? '');
    expect(Object.fromEntries(details.request ?? [])).toEqual(inOrder[0]);
    expect(details.history).toEqual([
      expect.objectContaining({
        number: 1,
        url: called,
        status: 200,
        failure: null,
        content_type: 'text/plain',
        answer: 'thanks',
      }),
    ]);
  });

  it('is told again with the same token after a failure, when it is time', async () => {
    const world = await toldWorld(backend);
    const statuses = [500, 503];
    const { receiver, url } = await customer((response) => response.writeHead(statuses.shift() ?? 204).end());
    const service = await world.addService(url);
    await world.startWorker();
    await service.start();
    await tried(service, 1);
    await moveClock(world.database, '1 minute');
    await tried(service, 2);
    await moveClock(world.database, '5 minutes');
    const [delivery] = await allOver(service, 1);

    expect(delivery).toMatchObject({ status: 'delivered', attempts: 3 });
    expect(receiver.calls).toHaveLength(3);
    expect(receiver.calls[1]).toEqual(receiver.calls[0]);
    expect(receiver.calls[2]).toEqual(receiver.calls[0]);
    const { history } = await service.delivery(delivery?.sid ?? '');
    expect(history.map(({ status, failure }) => [status, failure])).toEqual([
      [500, 'status 500'],
      [503, 'status 503'],
      [204, null],
    ]);
    expect(world.raised).toEqual([{ code: 80908, why: 'status 500' }]);
  });

  it('that hangs with thousands waiting holds up no other', async () => {
    const world = await toldWorld(backend);
    const dead = await customer(() => undefined);
    const live = await customer(ok);
    const deaf = await world.addService(`${dead.url}#tt=3000`);
    const service = await world.addService(live.url);
    const first = await deaf.start();
    await world.startWorker();
    await waitFor(() => dead.receiver.calls.length > 0);
    await deaf.pileUp(first, 10_000);
    // Once it hangs again, with all of them due.
    const before = dead.receiver.calls.length;
    await waitFor(() => dead.receiver.calls.length > before);
    const begun = performance.now();
    for (let i = 0; i < 20; i++) await service.start();
    await allOver(service, 20);

    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(dead.receiver.calls.length).toBeLessThan(20);
    expect(dead.receiver.mostConnections).toBeLessThanOrEqual(8);
    expect((await deaf.deliveries()).some(({ status }) => status === 'delivered')).toBe(false);
  });
});

describe('a delivery', () => {
  it('that a worker left behind is made by another, and its attempt stays open', async () => {
    const world = await toldWorld('postgres');
    const { receiver, url } = await customer(ok);
    const service = await world.addService(url);
    const worker = await world.startWorker();
    await service.start();
    await allOver(service, 1);
    await worker.stop();
    await service.start();
    const follower = await world.startWorker();
    await allOver(service, 2);
    await follower.stop();
    await world.database.admin.query(
      `update maskline.delivery set status = 'pending', next_attempt_at = maskline.clock()
       where sid = (select max(sid) from maskline.delivery)`,
    );
    // It called, and died before it could say so.
    const claim = {
      partition: 0,
      serviceSid: service.serviceSid,
      id: randomUUID(),
      most: 8,
      seconds: 60,
    };
    expect(await claimDeliveries(world.database.admin, claim)).toHaveLength(1);
    expect(await claimDeliveries(world.database.admin, claim)).toHaveLength(0);
    await moveClock(world.database, '2 minutes');
    await world.startWorker();

    const [, delivery] = await allOver(service, 2);
    const { history } = await service.delivery(delivery?.sid ?? '');
    expect(history.map(({ number, status }) => [number, status])).toEqual([
      [1, 200],
      [2, null],
      [3, 200],
    ]);
    expect(receiver.calls).toHaveLength(3);
  });

  it('is found again when the queue lost everything', async () => {
    const world = await toldWorld('absent postgres');
    const { url } = await customer(ok);
    const service = await world.addService(url);
    await world.startWorker();
    await service.start();
    await waitFor(async () => (await service.deliveries()).length === 1);
    await world.queues.migrate();
    expect(await allOver(service, 1)).toMatchObject([{ status: 'delivered' }]);
  });

  it.each<[string, (response: ServerResponse) => void, string | null]>([
    ['closes the connection', (response) => response.destroy(), 'connection-lost'],
    [
      'redirects',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'status 302',
    ],
    ['hangs', () => undefined, 'total-timeout'],
    ['answers 500', (response) => response.writeHead(500).end('oops'), 'status 500'],
    [
      'sends a gigabyte',
      (response) => {
        response.writeHead(200, { 'content-length': '1000000000' });
        const more = () => {
          while (response.write(Buffer.alloc(65_536, 'x')));
          response.once('drain', more);
        };
        response.on('error', () => undefined);
        more();
      },
      null,
    ],
    [
      'drips',
      (response) => {
        response.writeHead(200).write('a');
        const drip = setInterval(() => response.write('b'), 100);
        response.on('close', () => clearInterval(drip));
      },
      null,
    ],
  ])('to a server that %s ends within its time', async (_, answer, failure) => {
    const world = await toldWorld('postgres');
    const { url } = await customer(answer);
    const service = await world.addService(`${url}#tt=2000`);
    await world.startWorker();
    await service.start();
    const { sid } = await tried(service, 1);

    const { history, status, reason } = await service.delivery(sid);
    expect(history).toMatchObject([{ failure, url }]);
    expect(history[0]?.answer?.length ?? 0).toBeLessThanOrEqual(4096);
    expect([status, reason]).toEqual(failure === null ? ['delivered', null] : ['pending', failure]);
  });

  it('is over at once when it is answered 410, and so are others until the URL is another', async () => {
    const world = await toldWorld('postgres');
    const gone = await customer((response) => response.writeHead(410).end());
    const moved = await customer(ok);
    const service = await world.addService(gone.url);
    await world.startWorker();
    await service.start();
    expect(await allOver(service, 1)).toMatchObject([
      { status: 'failed', reason: 'status 410', attempts: 1 },
    ]);
    expect(await world.endpoints.find(service.accountSid, service.serviceSid)).toMatchObject({
      disabled_because: 'gone',
    });
    expect(world.raised.map(({ why }) => why)).toEqual(['status 410', 'the endpoint is disabled: gone']);
    await service.start();
    await waitFor(async () => (await service.deliveries()).length === 2);
    await moveClock(world.database, '1 hour');
    await service.setUrl(moved.url);

    const [dead, told] = await allOver(service, 2);
    expect(dead).toMatchObject({ status: 'failed' });
    expect(told).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(gone.receiver.calls).toHaveLength(1);
    expect(moved.receiver.calls).toHaveLength(1);
  });

  it('is given up after days, and days of nothing but failure disable the endpoint', async () => {
    const world = await toldWorld('postgres', 2);
    const { url } = await customer((response) => response.writeHead(500).end());
    const service = await world.addService(url);
    await world.startWorker();
    await service.start();
    await tried(service, 1);
    await moveClock(world.database, '2 days 1 hour');
    await tried(service, 2);
    expect(await world.endpoints.find(service.accountSid, service.serviceSid)).toMatchObject({
      failures: 2,
      disabled_because: 'failing',
    });
    await moveClock(world.database, '3 days 1 hour');
    const [delivery] = await allOver(service, 1);

    expect(delivery).toMatchObject({ status: 'failed', reason: 'expired', attempts: 2 });
    expect(world.raised.map(({ why }) => why)).toEqual(['status 500', 'the endpoint is disabled: failing']);
    const { rows } = await world.queries.list(
      service.accountSid,
      service.serviceSid,
      { size: 10, from: 0 },
      { status: 'failed' },
    );
    expect(rows).toHaveLength(1);
    await moveClock(world.database, '40 days');
    expect(await forgetDeliveries(world.database.admin, 0, 30, 100)).toBe(1);
    expect(await service.deliveries()).toEqual([]);
  });

  it('cannot be read any more once its interaction or session is deleted, and is not made', async () => {
    const world = await toldWorld('postgres');
    const statuses = [200, 200];
    const { receiver, url } = await customer((response) => {
      response.writeHead(statuses.shift() ?? 500).end('seen by nobody');
    });
    const service = await world.addService(url);
    const worker = await world.startWorker();
    const kept = await service.start('voice');
    await service.start('message', 'a secret');
    await allOver(service, 2);
    const failing = await service.start('message', 'another secret');
    await waitFor(async () => (await service.deliveries()).at(-1)?.reason === 'status 500');
    // Before anybody has tidied up: the key alone does it.
    await worker.stop();
    await service.deleteInteraction(failing);
    const deliveries = await service.deliveries();
    const erased = await service.delivery(deliveries.at(-1)?.sid ?? '');
    expect(erased.request).toBeNull();
    expect(erased.history.map(({ answer }) => answer)).toEqual([null]);
    await service.deleteSession(kept);
    await moveClock(world.database, '1 day');
    await world.startWorker();

    const after = await allOver(service, 3);
    expect(after.map(({ status, reason }) => [status, reason])).toEqual([
      ['delivered', null],
      ['delivered', null],
      ['canceled', 'erased'],
    ]);
    expect((await service.delivery(after[0]?.sid ?? '')).request).toBeNull();
    const standing = await service.delivery(after[1]?.sid ?? '');
    expect(standing.history[0]?.answer).toBe('seen by nobody');
    expect(receiver.calls).toHaveLength(3);
    // Nor is it there to be read.
    await waitFor(async () => {
      const { rows } = await world.database.admin.query<{ is_left: boolean }>(
        'select request is not null as is_left from maskline.delivery order by date_created, sid',
      );
      return rows.map((row) => row.is_left).join() === 'false,true,false';
    });
  });

  it('is not made any more when nobody wants it', async () => {
    const world = await toldWorld('postgres');
    const { receiver, url } = await customer((response) => response.writeHead(500).end());
    const service = await world.addService(url);
    await world.startWorker();
    await service.start();
    await tried(service, 1);
    await service.setUrl(null);
    expect(await allOver(service, 1)).toMatchObject([{ status: 'canceled', reason: 'no-url', attempts: 1 }]);
    expect(receiver.calls).toHaveLength(1);
  });

  it('that fails among others holds none of them up', async () => {
    const world = await toldWorld('postgres');
    let calls = 0;
    const { url } = await customer((response) => response.writeHead(++calls % 3 === 0 ? 500 : 200).end());
    const service = await world.addService(url);
    await world.startWorker();
    const begun = performance.now();
    for (let i = 0; i < 30; i++) await service.start();
    await waitFor(async () => {
      const deliveries = await service.deliveries();
      return deliveries.length === 30 && deliveries.every(({ attempts }) => attempts === 1);
    });
    expect(performance.now() - begun).toBeLessThan(15_000);
    await moveClock(world.database, '1 minute');
    await waitFor(async () => (await service.deliveries()).some(({ attempts }) => attempts > 1));
  });

  it('tells of a call that was blocked, and of one that ended', async () => {
    const world = await toldWorld('postgres');
    const { receiver, url } = await customer(ok);
    const service = await world.addService(url);
    await world.startWorker();
    const blocked = await service.start('voice');
    await service.block(blocked);
    const call = await service.start('voice');
    await allOver(service, 3);
    await service.leg(call, 'outbound', 'initiated', 'CAoutbound');
    await service.leg(call, 'outbound', 'completed');
    await service.complete(call, 5);
    const deliveries = await allOver(service, 6);

    expect(deliveries.map(({ event_type }) => event_type)).toEqual([
      'InteractionStarted',
      'InteractionBlocked',
      'InteractionStarted',
      'InteractionLegStatusChanged',
      'InteractionLegStatusChanged',
      'InteractionCompleted',
    ]);
    const told = forms(receiver.calls);
    expect(told.find((form) => form['outboundResourceStatus'] === 'canceled')).toMatchObject({
      interactionSid: blocked.interactionSid,
    });
    expect(told.find((form) => form['interactionData'] === '{"duration":"5"}')).toMatchObject({
      interactionSid: call.interactionSid,
      interactionType: 'Voice',
      inboundResourceStatus: 'completed',
      outboundResourceStatus: 'completed',
      outboundResourceSid: 'CAoutbound',
    });
  });
});
