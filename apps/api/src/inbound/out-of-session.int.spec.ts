import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import twilio from 'twilio';
import { newSid } from '#platform';
import { waitFor, webhookReceiver, type WebhookReceiver } from '#testing';
import { serveInbound, somebody, type Inbound } from './spec/serve-inbound.js';

const NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const REJECTED = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>';

let world: Inbound;
let receiver: WebhookReceiver;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  world = await serveInbound();
  receiver = await webhookReceiver((response) => {
    answer(response);
  });
});

beforeEach(() => {
  world.takeAlerts();
});

const asking = (path: string) => world.service({ outOfSessionCallbackUrl: `${receiver.url}${path}` });

const says =
  (type: string, body: string, status = 200) =>
  (response: ServerResponse) =>
    response.writeHead(status, { 'Content-Type': type }).end(body);
const json = (wish: object) => says('application/json; charset=utf-8', JSON.stringify(wish));

function receivedAt(path: string) {
  return receiver.calls
    .filter((received) => received.path === path)
    .map((received) => ({ ...received, form: Object.fromEntries(new URLSearchParams(received.body)) }));
}

describe('the out-of-session callback', () => {
  it('is asked with what the carrier said, signed as Twilio signs, and its TwiML is the answer', async () => {
    answer = says('application/xml', '<Response><Say>hello</Say></Response>');
    const service = await asking('/known');
    const sender = somebody();
    const sid = newSid('SM');
    const message = await service.text(sender, 'Hi & bye', {
      MessageSid: sid,
      FromCity: 'BERLIN',
      NumMedia: '0',
    });
    const call = await service.ring(sender, { Direction: 'inbound' });

    expect([message.text, call.text]).toEqual(Array(2).fill('<Response><Say>hello</Say></Response>'));
    expect(message.type).toBe('text/xml; charset=utf-8');
    const [first, second] = receivedAt('/known');
    expect(first?.form).toEqual({
      MessageSid: sid,
      From: sender,
      To: service.number,
      Body: 'Hi & bye',
      FromCity: 'BERLIN',
      NumMedia: '0',
    });
    expect(second?.form).toMatchObject({ From: sender, CallStatus: 'ringing', Direction: 'inbound' });
    const signature = first?.headers['x-twilio-signature'];
    const { password } = world.login;
    expect(typeof signature === 'string' ? signature : '').not.toBe('');
    expect(
      twilio.validateRequest(password, String(signature), `${receiver.url}/known`, first?.form ?? {}),
    ).toBe(true);
    expect(world.alerts).toEqual([]);
  });

  it('is told of the earlier session, with both people, to the letter', async () => {
    answer = says('text/plain', '');
    const service = await asking('/earlier');
    const { people, rest, sid } = await service.session({ uniqueName: 'order 1', ttl: 60 });
    const [alice = '', bob = ''] = people;
    await rest.update({ status: 'closed' });
    const session = await rest.fetch();
    const participants = await rest.participants.list();
    const [a, b] = [alice, bob].map((who) => participants.find(({ identifier }) => identifier === who));

    expect((await service.text(alice, 'anybody there?')).text).toBe(NOTHING);

    const seconds = (date: Date | undefined | null) => date?.toISOString().replace('.000Z', 'Z');
    const about = (side: string, one: typeof a) => ({
      [`${side}ParticipantSid`]: one?.sid,
      [`${side}ParticipantAccountSid`]: world.accountSid,
      [`${side}ParticipantServiceSid`]: service.sid,
      [`${side}ParticipantSessionSid`]: sid,
      [`${side}ParticipantFriendlyName`]: '',
      [`${side}ParticipantIdentifier`]: one?.identifier,
      [`${side}ParticipantProxyIdentifier`]: one?.proxyIdentifier,
      [`${side}ParticipantProxyIdentifierSid`]: one?.proxyIdentifierSid,
      [`${side}ParticipantDateCreated`]: seconds(one?.dateCreated),
      [`${side}ParticipantDateUpdated`]: seconds(one?.dateUpdated),
    });
    const [received] = receivedAt('/earlier');
    const { MessageSid, ...form } = received?.form ?? {};
    expect(MessageSid).toMatch(/^SM/);
    expect(form).toEqual({
      From: alice,
      To: service.number,
      Body: 'anybody there?',
      sessionSid: sid,
      sessionAccountSid: world.accountSid,
      sessionServiceSid: service.sid,
      sessionUniqueName: 'order 1',
      sessionStatus: 'closed',
      sessionClosedReason: 'api',
      sessionMode: 'voice-and-message',
      sessionDateCreated: seconds(session.dateCreated),
      sessionDateUpdated: seconds(session.dateUpdated),
      sessionDateStarted: '',
      sessionDateEnded: seconds(session.dateEnded),
      sessionDateLastInteraction: '',
      ttl: '60',
      ...about('inbound', a),
      ...about('outbound', b),
    });
  });

  it.each([
    ['status 500', says('application/xml', '<Response/>', 500)],
    ['status 404', says('application/json', '{}', 404)],
    ['a redirect', says('application/xml', '<Response/>', 302)],
    ['JSON without anybody', says('application/json', '{}')],
    ['JSON that is none', says('application/json', '{"participantIdentifier":')],
    ['neither TwiML nor JSON', says('text/plain', 'hello')],
    ['two megabytes', says('application/xml', `<Response>${' '.repeat(2 << 20)}</Response>`)],
    ['a connection that breaks', (response: ServerResponse) => response.destroy()],
    ['somebody who cannot be reached', json({ participantIdentifier: '+15551234567' })],
    ['an end that has passed', json({ participantIdentifier: '+15005552000', dateExpiry: '2020-01-01' })],
    ['a mode that is none', json({ participantIdentifier: '+15005552000', mode: 'fax-only' })],
    ['a negative ttl', json({ participantIdentifier: '+15005552000', ttl: -1 })],
    [
      'a number that is not in the pool',
      json({ participantIdentifier: '+15005552000', participantProxyIdentifier: '+15005559999' }),
    ],
  ])('that answers %s fails, which is told to the operator, and nothing is forwarded', async (_, says) => {
    answer = says;
    const service = await asking('/failing');
    const sender = somebody();
    expect(await service.text(sender, 'x')).toMatchObject({ status: 200, text: NOTHING });
    expect(await service.ring(sender)).toMatchObject({ status: 200, text: REJECTED });
    expect(world.takeAlerts()).toEqual([80913, 80913]);
    expect(await service.rest.sessions.list()).toEqual([]);
  });

  it('that does not answer is waited for no longer than the carrier waits for us', async () => {
    answer = () => undefined;
    const service = await asking('/hanging');
    const started = performance.now();
    expect((await service.text(somebody(), 'x')).text).toBe(NOTHING);
    expect(performance.now() - started).toBeLessThan(14_000);
    expect(world.takeAlerts()).toEqual([80913]);
  });

  it('that is not there fails at once', async () => {
    const service = await world.service({ outOfSessionCallbackUrl: 'http://127.0.0.1:1/' });
    expect((await service.ring(somebody())).text).toBe(REJECTED);
    expect(world.takeAlerts()).toEqual([80913]);
  });
});

describe('a session that is made on the spot', () => {
  it('has all that was wished, and what came as its first interaction', async () => {
    const service = await world.service({ outOfSessionCallbackUrl: `${receiver.url}/auto` }, 2);
    const [sender, partner] = [somebody(), somebody()];
    answer = json({
      uniqueName: 'auto 1',
      ttl: 3600,
      mode: 'message-only',
      dateExpiry: '2099-01-02T03:04:05Z',
      participantIdentifier: partner,
      participantProxyIdentifier: service.pool[1],
    });

    const MessageSid = newSid('SM');
    expect((await service.text(sender, 'hello', { MessageSid })).text).toBe(NOTHING);

    const session = await service.rest.sessions('auto 1').fetch();
    expect(session).toMatchObject({
      uniqueName: 'auto 1',
      ttl: 3600,
      mode: 'message-only',
      status: 'in-progress',
      dateExpiry: new Date('2099-01-02T03:04:05Z'),
    });
    const rest = service.rest.sessions(session.sid);
    const participants = await rest.participants.list();
    const pairs = participants.map(({ identifier, proxyIdentifier }) => [identifier, proxyIdentifier]);
    expect(new Map(pairs as [string, string][])).toEqual(
      new Map([
        [sender, service.number],
        [partner, service.pool[1]],
      ]),
    );
    const interactions = await rest.interactions.list();
    expect(interactions).toMatchObject([{ inboundResourceSid: MessageSid, data: '{"body":"hello"}' }]);

    // Both have a way to each other from now on.
    await service.text(partner, 'hi', { To: service.pool[1] ?? '' });
    expect(await rest.interactions.list()).toHaveLength(2);
    expect(world.alerts).toEqual([]);
    expect(receivedAt('/auto')).toHaveLength(1);
  });

  it('connects a call at once', async () => {
    const service = await asking('/auto-call');
    const partner = somebody();
    answer = json({ participantIdentifier: partner });
    const CallSid = newSid('CA');
    const { text } = await service.ring(somebody(), { CallSid });
    expect(text).toContain(`>${partner}</Number>`);
    expect((await service.ring(somebody(), { CallSid })).text).toBe(text);
    expect(await service.rest.sessions.list()).toMatchObject([
      { mode: 'voice-and-message', status: 'in-progress', uniqueName: null },
    ]);
  });

  it('is one, with all messages, when two come in a row or one is brought twice', async () => {
    const service = await asking('/auto-twice');
    const sender = somebody();
    const waiting: ServerResponse[] = [];
    answer = (response) => waiting.push(response);
    const MessageSid = newSid('SM');
    const coming = [
      service.text(sender, 'first', { MessageSid }),
      service.text(sender, 'first', { MessageSid }),
      service.text(sender, 'second'),
      service.text(sender, 'third'),
    ];
    // All have been asked about before the first is answered; what is brought twice waits for itself.
    await waitFor(() => waiting.length >= 3);
    answer = json({ participantIdentifier: '+15005552001', uniqueName: 'row' });
    waiting.forEach(answer);

    const answers = await Promise.all(coming);
    expect(answers.map(({ text }) => text)).toEqual(Array(4).fill(NOTHING));
    const [session, ...more] = await service.rest.sessions.list();
    expect(more).toEqual([]);
    const interactions = await service.rest.sessions(session?.sid ?? '').interactions.list();
    expect(interactions.map(({ data }) => data).sort()).toEqual(
      ['first', 'second', 'third'].map((body) => JSON.stringify({ body })),
    );
    expect(world.alerts).toEqual([]);
  });

  it('is no other when the carrier brings the same again after its end', async () => {
    const service = await asking('/auto-again');
    answer = json({ participantIdentifier: '+15005552002' });
    const said = { MessageSid: newSid('SM'), From: somebody() };
    await service.text(said.From, 'x', said);
    const [session] = await service.rest.sessions.list();
    await service.rest.sessions(session?.sid ?? '').update({ status: 'closed' });

    expect((await service.text(said.From, 'x', said)).text).toBe(NOTHING);
    expect(await service.rest.sessions.list()).toHaveLength(1);
    expect(receivedAt('/auto-again')).toHaveLength(1);
  });
});
