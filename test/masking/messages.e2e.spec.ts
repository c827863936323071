import { beforeAll, describe, expect, it } from '@jest/globals';
import { startService, waitFor, webhookReceiver } from '#testing';
import { freshNumber, masked, type Masked, type Phone } from './masked.js';

let world: Masked;

beforeAll(async () => {
  world = masked(await startService('standalone'));
});

const inboxOf = (phone: Phone, count: number) =>
  waitFor(async () => {
    const got = await phone.inbox();
    return got.length >= count && got;
  });

/** When a message of this kind has arrived, nothing that was sent before it is still on its way. */
async function nothingMore(world: Masked): Promise<void> {
  const [a, b] = [world.phone(), world.phone()];
  const service = await world.service();
  const { ways } = await service.session([a, b]);
  await a.text(ways[0] ?? '', 'marker');
  await inboxOf(b, 1);
}

describe('two people', () => {
  it('text each other, and see proxy numbers only', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    const service = await world.service({}, 2);
    const { ways, rest } = await service.session([alice, bob]);
    const [toBob = '', toAlice = ''] = ways;

    await alice.text(toBob, 'I am outside');
    const [first] = await inboxOf(bob, 1);
    expect(first).toMatchObject({ from: toAlice, to: bob.number, body: 'I am outside', media: [] });
    await bob.text(first?.from ?? '', 'Coming! 😀');
    const [reply] = await inboxOf(alice, 1);
    expect(reply).toMatchObject({ from: toBob, to: alice.number, body: 'Coming! 😀' });

    const interactions = await waitFor(async () => {
      const all = await rest.interactions.list();
      return all.every(({ outboundResourceStatus }) => outboundResourceStatus === 'delivered') && all;
    });
    expect(interactions.map(({ data }) => data)).toEqual([
      '{"body":"Coming! 😀"}',
      '{"body":"I am outside"}',
    ]);
    expect(interactions.map(({ outboundResourceSid }) => outboundResourceSid)).toEqual([
      reply?.sid,
      first?.sid,
    ]);
    expect(await rest.fetch()).toMatchObject({ status: 'in-progress' });
  });

  it('send pictures', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    const { ways } = await (await world.service()).session([alice, bob]);
    const media = ['https://a.test/1.png', 'https://a.test/2.png?x=1&y=ü'];
    await alice.text(ways[0] ?? '', '', media);
    expect(await inboxOf(bob, 1)).toMatchObject([{ body: '', media }]);
  });

  it('send as much as a message holds', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    const { ways, rest } = await (await world.service()).session([alice, bob]);
    const most = '😀'.repeat(1600);
    await alice.text(ways[0] ?? '', most);
    expect((await inboxOf(bob, 1)).map(({ body }) => body)).toEqual([most]);

    const { sid } =
      (await rest.participants.list()).find(({ identifier }) => identifier === bob.number) ?? {};
    const messages = rest.participants(sid ?? '').messageInteractions;
    await expect(messages.create({ body: `${most}x` })).rejects.toMatchObject({ status: 400 });
  });

  it('hear from the account as if from each other', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    const { ways, rest } = await (await world.service({}, 2)).session([alice, bob]);
    const participants = await rest.participants.list();
    const { sid = '' } = participants.find(({ identifier }) => identifier === bob.number) ?? {};
    const sent = await rest.participants(sid).messageInteractions.create({ body: 'Your driver is here' });

    expect(sent).toMatchObject({ participantSid: sid, inboundParticipantSid: null, type: 'message' });
    expect(await inboxOf(bob, 1)).toMatchObject([{ from: ways[1], body: 'Your driver is here' }]);
    expect(await alice.inbox()).toEqual([]);
  });

  it('reach each other though one joins later', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    const service = await world.service();
    const { rest, ways } = await service.session([alice]);
    await alice.text(ways[0] ?? '', 'anybody?');
    await waitFor(async () => (await alice.messages())[0]?.status === 'delivered');
    const { proxyIdentifier } = await rest.participants.create({ identifier: bob.number });
    await bob.text(proxyIdentifier, 'me');
    expect(await inboxOf(alice, 1)).toMatchObject([{ body: 'me', from: ways[0] }]);
    expect(await bob.inbox()).toEqual([]);
  });
});

describe('what is kept from the partner', () => {
  it.each(['STOP', ' unsubscribe '])('is a word to opt out: %s', async (word) => {
    const [alice, bob] = [world.phone(), world.phone()];
    const { ways } = await (await world.service()).session([alice, bob]);
    await alice.text(ways[0] ?? '', word);
    await alice.text(ways[0] ?? '', 'START');
    expect(await inboxOf(bob, 1)).toMatchObject([{ body: 'START' }]);
    await nothingMore(world);
    expect(await bob.inbox()).toHaveLength(1);
  });

  it('is a message in a session for calls', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    const { ways } = await (await world.service()).session([alice, bob], { mode: 'voice-only' });
    await alice.text(ways[0] ?? '', 'x');
    await nothingMore(world);
    expect(await bob.inbox()).toEqual([]);
  });

  it.each<[string, (session: Awaited<ReturnType<typeof sessionOfTwo>>) => Promise<unknown>]>([
    ['the session was closed', ({ session }) => session.rest.update({ status: 'closed' })],
    ['the session was deleted', ({ session }) => session.rest.remove()],
    ['the service was deleted', ({ service }) => service.rest.remove()],
    [
      'the partner left',
      async ({ session, bob }) => {
        const all = await session.rest.participants.list();
        await session.rest
          .participants(all.find(({ identifier }) => identifier === bob.number)?.sid ?? '')
          .remove();
      },
    ],
  ])('is all that comes after %s, both ways', async (_, end) => {
    const two = await sessionOfTwo();
    const { alice, bob, session } = two;
    const [toBob = '', toAlice = ''] = session.ways;
    await alice.text(toBob, 'before');
    await inboxOf(bob, 1);
    await end(two);
    await alice.text(toBob, 'after');
    await bob.text(toAlice, 'after');
    await nothingMore(world);
    expect((await bob.inbox()).map(({ body }) => body)).toEqual(['before']);
    expect(await alice.inbox()).toEqual([]);
  });

  it('flows again when the session is opened again', async () => {
    const { alice, bob, session } = await sessionOfTwo();
    await session.rest.update({ status: 'closed' });
    await session.rest.update({ status: 'in-progress' });
    await alice.text(session.ways[0] ?? '', 'again');
    expect(await inboxOf(bob, 1)).toMatchObject([{ body: 'again' }]);
  });

  it('is what comes from the number of a pool, so that two services never write to each other for ever', async () => {
    const [mine, theirs] = [freshNumber(), freshNumber()];
    const [alice, bob] = [world.phone(), world.phone()];
    const first = await world.service({}, [mine]);
    const second = await world.service({}, [theirs]);
    await first.session([alice, { number: theirs }]);
    await second.session([{ number: mine }, bob]);
    await alice.text(mine, 'round and round');
    await nothingMore(world);
    expect(await bob.inbox()).toEqual([]);
    expect((await alice.inbox()).length).toBe(0);
  });

  it('is what the service vetoes', async () => {
    const receiver = await webhookReceiver((response, { body }) => {
      const isSecret = (new URLSearchParams(body).get('interactionData') ?? '').includes('secret');
      response.writeHead(isSecret ? 403 : 200).end();
    });
    const [alice, bob] = [world.phone(), world.phone()];
    const service = await world.service({ interceptCallbackUrl: `${receiver.url}/veto` });
    const { ways, rest } = await service.session([alice, bob]);
    await alice.text(ways[0] ?? '', 'secret');
    const [blocked] = await waitFor(async () => {
      const all = await rest.interactions.list();
      return all[0]?.outboundResourceStatus === 'canceled' && all;
    });
    expect(blocked).toMatchObject({
      data: '{"body":"secret"}',
      inboundResourceStatus: 'delivered',
      outboundParticipantSid: null,
      outboundResourceSid: null,
    });
    expect(await rest.fetch()).toMatchObject({ status: 'open', dateStarted: null });

    await alice.text(ways[0] ?? '', 'harmless');
    expect(await inboxOf(bob, 1)).toMatchObject([{ body: 'harmless' }]);
    expect(await rest.fetch()).toMatchObject({ status: 'in-progress' });
    expect(receiver.calls.filter(({ body }) => body.includes('outbound'))).toEqual([]);
  });
});

describe('a number', () => {
  it('that somebody had before is given to them again, or never if that is wished', async () => {
    const [alice, bob] = [world.phone(), world.phone()];
    for (const [numberSelectionBehavior, isSame] of [
      ['prefer-sticky', true],
      ['avoid-sticky', false],
    ] as const) {
      const service = await world.service({ numberSelectionBehavior }, 3);
      const first = await service.session([alice, bob]);
      await first.rest.update({ status: 'closed' });
      const second = await service.session([alice, bob]);
      expect(second.ways.map((way, i) => way === first.ways[i])).toEqual([isSame, isSame]);
      await alice.text(second.ways[0] ?? '', numberSelectionBehavior);
      const arrived = await waitFor(async () =>
        (await bob.inbox()).find(({ body }) => body === numberSelectionBehavior),
      );
      expect(arrived.from === first.ways[1]).toBe(isSame);
      await second.rest.update({ status: 'closed' });
    }
  });

  it('tells one partner from another for the same person', async () => {
    const [alice, bob, carol] = [world.phone(), world.phone(), world.phone()];
    const service = await world.service({}, 2);
    const withBob = await service.session([alice, bob]);
    const withCarol = await service.session([alice, carol]);
    expect(withBob.ways[0]).not.toBe(withCarol.ways[0]);
    await alice.text(withBob.ways[0] ?? '', 'to Bob');
    await alice.text(withCarol.ways[0] ?? '', 'to Carol');
    expect(await inboxOf(bob, 1)).toMatchObject([{ body: 'to Bob' }]);
    expect(await inboxOf(carol, 1)).toMatchObject([{ body: 'to Carol' }]);
    const more = world.phone();
    await expect(service.session([alice, more])).rejects.toMatchObject({ code: 80208 });
  });

  it('that leads elsewhere by now keeps a session from being opened again', async () => {
    const { service, alice, session } = await sessionOfTwo();
    await session.rest.update({ status: 'closed' });
    await service.session([alice, world.phone()]);
    await expect(session.rest.update({ status: 'in-progress' })).rejects.toMatchObject({ code: 80604 });
  });

  it('is drained by reserving it: it carries what runs over it and is given to nobody else', async () => {
    const { service, alice, bob, session } = await sessionOfTwo();
    const [number] = await service.rest.phoneNumbers.list();
    await service.rest.phoneNumbers(number?.sid ?? '').update({ isReserved: true });
    await alice.text(session.ways[0] ?? '', 'still');
    expect(await inboxOf(bob, 1)).toMatchObject([{ body: 'still' }]);
    await expect(service.session([world.phone()])).rejects.toMatchObject({ code: 80207 });
    await session.rest.update({ status: 'closed' });
    expect(await service.rest.phoneNumbers(number?.sid ?? '').remove()).toBe(true);
  });

  it('of a deleted service is free for another one', async () => {
    const { service, alice, bob } = await sessionOfTwo();
    await service.rest.remove();
    const again = await world.service({}, service.pool);
    const { ways } = await again.session([bob, alice]);
    await bob.text(ways[0] ?? '', 'new life');
    expect(await inboxOf(alice, 1)).toMatchObject([{ body: 'new life' }]);
  });

  it('is not for somebody who was in the session before', async () => {
    const { bob, session } = await sessionOfTwo();
    const all = await session.rest.participants.list();
    await session.rest
      .participants(all.find(({ identifier }) => identifier === bob.number)?.sid ?? '')
      .remove();
    await expect(session.rest.participants.create({ identifier: bob.number })).rejects.toMatchObject({
      code: 80612,
    });
  });
});

describe('a carrier that makes trouble', () => {
  it.each([
    ['+15005550001', 'failed', 'refuses'],
    ['+15005550061', 'failed', 'fails later'],
    ['+15005550060', 'undelivered', 'cannot deliver'],
    ['+15005550051', 'on its way', 'asks for patience'],
    ['+15005550052', 'delivered', 'does not answer, but has it'],
    ['+15005550053', 'on its way', 'does not answer, and does not have it'],
    ['+15005550054', 'delivered', 'is slow'],
  ])('for %s is seen by the account: %s (it %s)', async (number, status) => {
    const alice = world.phone();
    const service = await world.service();
    const { ways, rest } = await service.session([alice, { number }]);
    await alice.text(ways[0] ?? '', 'hello');
    if (status === 'on its way') {
      // For a quarter of an hour, without a leg.
      const [row] = await waitFor(async () => {
        const all = await rest.interactions.list();
        return all.length > 0 && all;
      });
      expect(row).toMatchObject({ outboundResourceStatus: null });
      return;
    }
    const [row] = await waitFor(async () => {
      const all = await rest.interactions.list();
      return all[0]?.outboundResourceStatus === status && all;
    });
    expect(row?.outboundResourceStatus).toBe(status);
    if (status === 'delivered') expect(await world.phone(number).inbox()).toHaveLength(1);
  });
});

async function sessionOfTwo() {
  const [alice, bob] = [world.phone(), world.phone()];
  const service = await world.service();
  return { alice, bob, service, session: await service.session([alice, bob]) };
}
