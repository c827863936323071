import { beforeAll, describe, expect, it } from '@jest/globals';
import { startService, waitFor, webhookReceiver } from '#testing';
import { freshNumber, masked, type Masked, type Phone } from './masked.js';

let world: Masked;

beforeAll(async () => {
  world = masked(await startService('standalone'));
});

const ended = (phone: Phone) =>
  waitFor(async () => {
    const calls = await phone.calls();
    return (
      calls[0] !== undefined && !['initiated', 'ringing', 'in-progress'].includes(calls[0].status) && calls
    );
  });

describe('a call to a proxy number', () => {
  it.each<[string, string, { answer?: boolean; seconds?: number }, string, string | null]>([
    ['is answered', freshNumber(), { seconds: 2 }, 'completed', '{"duration":"2"}'],
    ['is not answered', freshNumber(), { answer: false }, 'no-answer', null],
    ['meets a busy line', '+15005550070', {}, 'busy', null],
    ['cannot be put through', '+15005550072', {}, 'failed', null],
  ])('%s', async (_, number, manners, status, data) => {
    const [alice, bob] = [world.phone(), world.phone(number)];
    const { ways, rest } = await (await world.service({}, 2)).session([alice, bob]);
    const [toBob = '', toAlice = ''] = ways;
    await alice.call(toBob, manners);

    // A phone whose line fails does not ring.
    const heard = status === 'failed' ? [] : await ended(bob);
    expect(heard).toMatchObject(
      heard.map(() => ({ direction: 'inbound', from: toAlice, to: number, status })),
    );
    const [interaction] = await waitFor(async () => {
      const all = await rest.interactions.list();
      return all[0]?.inboundResourceStatus === 'completed' && all;
    });
    expect(interaction).toMatchObject({
      type: 'voice',
      data,
      inboundResourceType: 'Call',
      outboundResourceType: 'Call',
      outboundResourceStatus: status,
    });
    expect(interaction?.outboundResourceSid).toMatch(/^CA/);
    expect((await ended(alice)).map((call) => call.to)).toEqual([toBob]);
    expect(await rest.fetch()).toMatchObject({ status: 'in-progress' });
  });

  it.each<[string, string, (session: Awaited<ReturnType<typeof sessionOfTwo>>) => Promise<unknown>]>([
    ['a closed session', 'no-answer', ({ rest }) => rest.update({ status: 'closed' })],
    ['a deleted session', 'no-answer', ({ rest }) => rest.remove()],
    // There is no such address any more.
    ['a deleted service', 'failed', ({ service }) => service.rest.remove()],
  ])('is rejected in %s', async (_, status, end) => {
    const two = await sessionOfTwo();
    await end(two);
    await two.alice.call(two.ways[0] ?? '');
    const [call] = await ended(two.alice);
    expect(call?.status).toBe(status);
    expect(await two.bob.calls()).toEqual([]);
  });

  it('is rejected in a session for messages, and from a stranger', async () => {
    const { alice, bob, ways } = await sessionOfTwo({ mode: 'message-only' });
    await alice.call(ways[0] ?? '');
    const stranger = world.phone();
    await stranger.call(ways[0] ?? '');
    expect((await ended(alice))[0]?.status).toBe('no-answer');
    expect((await ended(stranger))[0]?.status).toBe('no-answer');
    expect(await bob.calls()).toEqual([]);
  });

  it('goes on when the interaction or the session is deleted while it runs', async () => {
    for (const isWhole of [false, true]) {
      const { alice, bob, rest, ways } = await sessionOfTwo();
      await alice.call(ways[0] ?? '', { seconds: 100 });
      await waitFor(async () => (await bob.calls())[0]?.status === 'in-progress');
      const [interaction] = await rest.interactions.list();
      if (isWhole) await rest.remove();
      else await rest.interactions(interaction?.sid ?? '').remove();
      expect((await ended(bob))[0]).toMatchObject({ status: 'completed', duration: 100 });
      if (!isWhole) expect(await rest.interactions.list()).toEqual([]);
    }
  });

  it('is vetoed by the service, and the phone does not ring', async () => {
    const receiver = await webhookReceiver((response) => response.writeHead(403).end());
    const { alice, bob, rest, ways } = await sessionOfTwo({}, { interceptCallbackUrl: receiver.url });
    await alice.call(ways[0] ?? '');
    expect((await ended(alice))[0]?.status).toBe('no-answer');
    expect(await bob.calls()).toEqual([]);
    expect(await rest.interactions.list()).toMatchObject([{ outboundResourceStatus: 'canceled' }]);
  });
});

describe('somebody whom no session takes', () => {
  it('is connected with whom the account names, call and message', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    const receiver = await webhookReceiver((response) => {
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ participantIdentifier: bob.number, uniqueName: 'on the spot' }));
    });
    const service = await world.service({ outOfSessionCallbackUrl: receiver.url });
    await alice.call(service.number, { seconds: 1 });
    expect((await ended(bob))[0]).toMatchObject({ from: service.number, status: 'completed' });
    await bob.text(service.number, 'you called?');
    const [message] = await waitFor(async () => {
      const got = await alice.inbox();
      return got.length > 0 && got;
    });
    expect(message).toMatchObject({ from: service.number, body: 'you called?' });
    expect(receiver.calls).toHaveLength(1);
    const session = service.rest.sessions('on the spot');
    expect((await session.interactions.list()).map(({ type }) => type)).toEqual(['message', 'voice']);
  });

  it('hears what the account says', async () => {
    const receiver = await webhookReceiver((response) => {
      response
        .writeHead(200, { 'Content-Type': 'text/xml' })
        .end('<Response><Message>Your ride is over.</Message></Response>');
    });
    const alice = world.phone();
    const service = await world.service({ outOfSessionCallbackUrl: receiver.url });
    await alice.text(service.number, 'where are you?');
    const [message] = await waitFor(async () => {
      const got = await alice.inbox();
      return got.length > 0 && got;
    });
    expect(message).toMatchObject({ from: service.number, body: 'Your ride is over.' });
  });

  it('joins the half-open session that waits for them', async () => {
    // The session has one participant; a stranger writes, and the account makes a session with both.
    const [driver, rider] = [world.phone(), world.phone()];
    const service = await world.service({}, 2);
    const half = await service.session([driver]);
    const receiver = await webhookReceiver((response) => {
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ participantIdentifier: driver.number }));
    });
    await service.rest.update({ outOfSessionCallbackUrl: receiver.url });
    const free = service.pool.find((number) => number !== half.ways[0]) ?? '';
    await rider.text(free, 'hello');
    const [message] = await waitFor(async () => {
      const got = await driver.inbox();
      return got.length > 0 && got;
    });
    expect(message?.from).not.toBe(half.ways[0]);
    await driver.text(message?.from ?? '', 'hi');
    const [reply] = await waitFor(async () => {
      const got = await rider.inbox();
      return got.length > 0 && got;
    });
    expect(reply).toMatchObject({ from: free, body: 'hi' });
  });
});

async function sessionOfTwo(
  more: Parameters<Awaited<ReturnType<Masked['service']>>['session']>[1] = {},
  wish: Parameters<Masked['service']>[0] = {},
) {
  const [alice, bob] = [world.phone(), world.phone()];
  const service = await world.service(wish);
  return { alice, bob, service, ...(await service.session([alice, bob], more)) };
}
