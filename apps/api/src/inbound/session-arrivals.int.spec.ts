import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newSid } from '#platform';
import { moveClock } from '#testing';
import { adminCall } from '../admin/spec/admin-call.js';
import { serveInbound, somebody, type Inbound } from './spec/serve-inbound.js';

const NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const REJECTED = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>';

let world: Inbound;

beforeAll(async () => {
  world = await serveInbound();
});

beforeEach(() => {
  world.takeAlerts();
});

describe('a message into a session', () => {
  it('is answered with nothing and waits to be forwarded, as an interaction with one leg', async () => {
    const service = await world.service();
    const { people, rest } = await service.session();
    const [alice = ''] = people;
    const MessageSid = newSid('SM');

    const answer = await service.text(alice, 'Grüße & <Küsse> 😀\n"+1"', { MessageSid });

    expect(answer).toEqual({ status: 200, type: 'text/xml; charset=utf-8', text: NOTHING });
    const participants = await rest.participants.list();
    const of = (identifier: string | undefined) =>
      participants.find((participant) => participant.identifier === identifier)?.sid;
    const [interaction, ...more] = await rest.interactions.list();
    expect(more).toEqual([]);
    expect(interaction?.toJSON()).toMatchObject({
      type: 'message',
      data: JSON.stringify({ body: 'Grüße & <Küsse> 😀\n"+1"' }),
      inboundParticipantSid: of(alice),
      inboundResourceSid: MessageSid,
      inboundResourceStatus: 'delivered',
      inboundResourceType: 'Message',
      inboundResourceUrl: null,
      outboundParticipantSid: of(people[1]),
      outboundResourceSid: null,
      outboundResourceStatus: null,
      outboundResourceType: null,
      outboundResourceUrl: null,
    });
    const session = await rest.fetch();
    expect(session.status).toBe('in-progress');
    expect(session.dateStarted).toEqual(session.dateLastInteraction);
    expect(world.alerts).toEqual([]);
  });

  it('is one interaction, however often and wherever it is brought', async () => {
    const service = await world.service();
    const { people, rest } = await service.session();
    const [alice = ''] = people;
    const other = await world.serve();
    const MessageSid = newSid('SM');
    const bring = (through: typeof other) => service.text(alice, 'once', { MessageSid }, { through });

    const atOnce = await Promise.all([world.api, other, world.api, other, world.api, other].map(bring));
    await rest.update({ status: 'closed' });
    const later = await Promise.all([bring(world.api), bring(other)]);

    expect([...atOnce, ...later].map(({ status, text }) => [status, text])).toEqual(
      Array.from({ length: 8 }, () => [200, NOTHING]),
    );
    expect(await rest.interactions.list()).toHaveLength(1);
    // It was taken while the session lived.
    expect(world.alerts).toEqual([]);
  });

  it('stays deleted when the carrier brings it again', async () => {
    const service = await world.service();
    const { people, rest } = await service.session();
    const [alice = ''] = people;
    const MessageSid = newSid('SM');
    await service.text(alice, 'x', { MessageSid });
    const [interaction] = await rest.interactions.list();
    await rest.interactions(interaction?.sid ?? '').remove();

    expect((await service.text(alice, 'x', { MessageSid })).text).toBe(NOTHING);
    expect(await rest.interactions.list()).toEqual([]);
  });

  it('brings its media along', async () => {
    const service = await world.service();
    const { people, rest } = await service.session();
    const [alice = ''] = people;
    const media = { NumMedia: '2', MediaUrl0: 'https://a.test/0.png', MediaUrl1: 'https://a.test/1.png' };
    await service.text(alice, '', { ...media, MessageSid: newSid('MM') });
    expect((await rest.interactions.list()).map(({ data }) => data)).toEqual(['{"body":""}']);
    const { rows } = await world.database.reads.query(
      'select media_urls from maskline.interaction where inbound_resource_sid like $1 and service_sid = $2',
      ['MM%', service.sid],
    );
    expect(rows).toEqual([{ media_urls: ['https://a.test/0.png', 'https://a.test/1.png'] }]);
  });
});

describe('what no session takes', () => {
  it.each<[string, number, (service: Served) => Promise<string>]>([
    ['from somebody unknown', 80903, () => Promise.resolve(somebody())],
    [
      'into a session that was closed',
      80902,
      async (service) => {
        const { people, rest } = await service.session();
        await rest.update({ status: 'closed' });
        return people[0] ?? '';
      },
    ],
    [
      'from somebody who was removed',
      80902,
      async (service) => {
        const { people, rest } = await service.session();
        const participants = await rest.participants.list();
        const alice = participants.find(({ identifier }) => identifier === people[0]);
        await rest.participants(alice?.sid ?? '').remove();
        return people[0] ?? '';
      },
    ],
    ['to nobody', 80614, async (service) => (await service.session({}, 1)).people[0] ?? ''],
    ['from a number of a pool, which would never end', 80905, async () => (await world.service()).number],
  ])('%s is dropped, told to the operator and no interaction', async (_, code, from) => {
    const service = await world.service();
    const sender = await from(service);

    expect(await service.text(sender, 'x')).toMatchObject({ status: 200, text: NOTHING });
    expect(await service.ring(sender)).toMatchObject({ status: 200, text: REJECTED });

    expect(world.takeAlerts()).toEqual([code, code]);
    expect(await interactionsOf(service.sid)).toBe(0);
  });

  it('is a message to a session for calls, or a call to one for messages', async () => {
    const service = await world.service();
    const calls = await service.session({ mode: 'voice-only' });
    const messages = await service.session({ mode: 'message-only' });

    expect((await service.text(calls.people[0] ?? '', 'x')).text).toBe(NOTHING);
    expect((await service.ring(messages.people[0] ?? '')).text).toBe(REJECTED);

    expect(world.takeAlerts()).toEqual([80910, 80911]);
    expect(await interactionsOf(service.sid)).toBe(0);
    expect((await service.text(messages.people[0] ?? '', 'x')).text).toBe(NOTHING);
    expect((await service.ring(calls.people[0] ?? '')).text).toContain('<Dial');
    expect(await interactionsOf(service.sid)).toBe(2);
  });

  it('is a word to opt out, but none to opt in', async () => {
    const service = await world.service();
    const { people } = await service.session();
    const [alice = ''] = people;
    for (const word of ['STOP', ' stop\n', 'Unsubscribe', 'END', 'arret']) {
      await service.text(alice, word);
    }
    expect(world.takeAlerts()).toEqual(Array(5).fill(80901));
    expect(await interactionsOf(service.sid)).toBe(0);
    for (const word of ['START', 'yes', 'HELP', 'please stop', 'stop it']) await service.text(alice, word);
    expect(await interactionsOf(service.sid)).toBe(5);
    expect(world.alerts).toEqual([]);
  });

  it('is a word to opt out where the service says so, or else the installation', async () => {
    const service = await world.service();
    const { people } = await service.session();
    const [alice = ''] = people;
    const path = `Services/${service.sid}/StopWords`;
    const stop = async (Respect: unknown, status = 200) => {
      const answer = await adminCall(world.api.url, world.login, 'POST', path, { Respect });
      expect(answer.status).toBe(status);
      await service.text(alice, 'STOP');
      return [answer.body?.['in_force'], world.takeAlerts(), await interactionsOf(service.sid)];
    };
    expect(await stop(false)).toEqual([false, [], 1]);
    expect(await stop(true)).toEqual([true, [80901], 1]);
    expect(await stop(false)).toEqual([false, [], 2]);
    expect(await stop(null)).toEqual([true, [80901], 2]);
    expect(await stop('false', 400)).toEqual([undefined, [80901], 2]);
    expect((await adminCall(world.api.url, world.login, 'GET', path)).body).toEqual({
      service_sid: service.sid,
      respect: null,
      in_force: true,
    });
  });

  it('meets a session whose time has run out unnoticed, which ends on the spot', async () => {
    const own = await serveInbound();
    const service = await own.service();
    const { people, rest, sid } = await service.session({ ttl: 3600 });
    await moveClock(own.database, '2 hours');
    const [alice = ''] = people;

    expect((await service.text(alice, 'too late')).text).toBe(NOTHING);

    expect(own.takeAlerts()).toEqual([80904]);
    const { rows } = await own.database.reads.query(
      'select type from maskline.event where stream_id = $1 order by version desc limit 1',
      [sid],
    );
    expect(rows).toEqual([{ type: 'SessionExpired' }]);
    expect(await rest.fetch()).toMatchObject({ status: 'closed', closedReason: 'ttl-expired' });
  });
});

describe('a call into a session', () => {
  it('dials the partner from their own proxy number, and says the same again when it is asked again', async () => {
    const service = await world.service({}, 2);
    const { people, rest } = await service.session();
    const participants = await rest.participants.list();
    const of = (i: number) => participants.find(({ identifier }) => identifier === people[i]);
    const [alice = '', bob = ''] = people;
    const To = of(0)?.proxyIdentifier ?? '';
    const CallSid = newSid('CA');

    const first = await service.ring(alice, { CallSid, To });
    const again = await service.ring(alice, { CallSid, To });

    const [interaction, ...more] = await rest.interactions.list();
    expect(more).toEqual([]);
    expect(interaction?.toJSON()).toMatchObject({
      type: 'voice',
      data: null,
      inboundResourceSid: CallSid,
      inboundResourceStatus: 'in-progress',
      inboundResourceType: 'Call',
    });
    const webhooks = `${world.api.url}${service.webhooks}`;
    const query = `?interaction=${interaction?.sid}`;
    expect(first).toEqual({
      status: 200,
      type: 'text/xml; charset=utf-8',
      text:
        '<?xml version="1.0" encoding="UTF-8"?><Response>' +
        `<Dial callerId="${of(1)?.proxyIdentifier}" answerOnBridge="true" timeout="30" action="${webhooks}/DialComplete${query}">` +
        `<Number statusCallbackEvent="initiated ringing answered completed" statusCallback="${webhooks}/CallStatus${query}">` +
        `${bob}</Number></Dial></Response>`,
    });
    expect(again).toEqual(first);
    expect(first.text).not.toContain(alice);
  });
});

type Served = Awaited<ReturnType<Inbound['service']>>;

async function interactionsOf(serviceSid: string): Promise<number> {
  const { rows } = await world.database.reads.query<{ n: number }>(
    'select count(*)::int as n from maskline.interaction where service_sid = $1',
    [serviceSid],
  );
  return rows[0]?.n ?? 0;
}
