import { beforeAll, describe, expect, it } from '@jest/globals';
import { newSid } from '#platform';
import { waitFor } from '#testing';
import { hasValidSignature } from '#wire';
import { CarrierUncertain } from '../carrier-errors.js';
import { openNetwork, openProcess, type Network } from './spec/open-network.js';
import type { Received } from './spec/serve-webhooks.js';

const number = '+14155550100';
const alice = '+12025550101';
const bob = '+12025550102';

let network: Network;

beforeAll(async () => {
  network = await openNetwork({ retryAfter: 5, patience: 300 });
});

/** A path of the test's own, so that no test sees what another one receives. */
const newPath = () => `/${newSid('KI')}`;

function wishFor(to: string, path: string, change: { key?: string; body?: string; from?: string } = {}) {
  const statusCallback = `${network.webhooks.url}${path}?interaction=1`;
  return { key: newSid('KI'), from: number, to, body: 'hello', mediaUrls: [], statusCallback, ...change };
}

const statusesAt = (path: string) => network.webhooks.at(path).map(({ params }) => params['MessageStatus']);

async function isSigned(accountSid: string, { url, params, headers }: Received): Promise<boolean> {
  const token = await network.carrier.webhookToken(accountSid);
  const signature = String(headers['x-twilio-signature']);
  return hasValidSignature({ token, url, params: Object.entries(params), signature });
}

describe('a message that is sent to a phone', () => {
  it('is queued, sent and delivered, each told in order and signed, and shown by the phone', async () => {
    const { accountSid } = await network.connect(number);
    const path = newPath();

    const { sid, status, url } = await network.carrier.sendMessage(accountSid, wishFor(alice, path));

    expect({ sid, status, url }).toEqual({
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/) as unknown,
      status: 'queued',
      url: null,
    });
    await waitFor(() => statusesAt(path).length === 3);
    expect(statusesAt(path)).toEqual(['queued', 'sent', 'delivered']);
    for (const callback of network.webhooks.at(path)) {
      expect(callback.params).toMatchObject({
        MessageSid: sid,
        From: number,
        To: alice,
        AccountSid: accountSid,
      });
      expect(await isSigned(accountSid, callback)).toBe(true);
    }
    expect(await network.phones.messages(accountSid, alice)).toMatchObject([
      {
        sid,
        direction: 'inbound',
        from_number: number,
        to_number: alice,
        body: 'hello',
        status: 'delivered',
      },
    ]);
    expect(await network.phones.messages(accountSid, number)).toMatchObject([{ sid, direction: 'outbound' }]);
  });

  it('is one message for one key, also when it is asked for by two processes at once', async () => {
    const { accountSid } = await network.connect(number);
    const path = newPath();
    const wish = wishFor(alice, path);
    const other = openProcess(network.database);

    const sent = await Promise.all(
      [network.carrier, other.carrier, network.carrier, other.carrier].map((carrier) =>
        carrier.sendMessage(accountSid, wish),
      ),
    );

    expect(new Set(sent.map(({ sid }) => sid)).size).toBe(1);
    await waitFor(() => statusesAt(path).includes('delivered'));
    expect(await other.carrier.sendMessage(accountSid, wish)).toMatchObject({ status: 'delivered' });
    expect(statusesAt(path)).toEqual(['queued', 'sent', 'delivered']);
    expect(await network.phones.messages(accountSid, alice)).toHaveLength(1);
  });

  it('has media, and a SID that says so', async () => {
    const { accountSid } = await network.connect(number);
    const wish = { ...wishFor(alice, newPath()), body: '', mediaUrls: ['https://a.test/cat.jpg'] };
    const { sid } = await network.carrier.sendMessage(accountSid, wish);
    expect(sid).toMatch(/^MM/);
    const [message] = await network.phones.messages(accountSid, number);
    expect(message).toMatchObject({ media: ['https://a.test/cat.jpg'] });
  });

  it.each([
    ['+15005550060', ['queued', 'sent', 'undelivered'], '30003'],
    ['+15005550061', ['queued', 'failed'], '30008'],
  ])('to %s goes %j and never arrives', async (to, statuses, errorCode) => {
    const { accountSid } = await network.connect(number);
    const path = newPath();
    await network.carrier.sendMessage(accountSid, wishFor(to, path));
    await waitFor(() => statusesAt(path).length === statuses.length);
    expect(statusesAt(path)).toEqual(statuses);
    expect(network.webhooks.at(path).at(-1)?.params['ErrorCode']).toBe(errorCode);
    expect(await network.phones.messages(accountSid, to)).toEqual([]);
  });

  it.each([
    ['an invalid number', { to: '+15005550001' }, { name: 'CarrierRefused', code: 21211 }],
    ['a number that opted out', { to: '+15005550004' }, { name: 'CarrierRefused', code: 21610 }],
    ['a number without messages', { to: '+15005550009' }, { name: 'CarrierRefused', code: 21614 }],
    ['status 500', { to: '+15005550050' }, { name: 'CarrierUnavailable', retryAfter: null }],
    ['status 429', { to: '+15005550051' }, { name: 'CarrierUnavailable', retryAfter: 1000 }],
    ['what is no number', { to: 'alice' }, { name: 'CarrierRefused', code: 21211 }],
    ["a sender of nobody's", { from: '+14155550199' }, { name: 'CarrierRefused', code: 21606 }],
    ['an empty text', { body: '' }, { name: 'CarrierRefused', code: 21602 }],
    ['a long text', { body: '😀'.repeat(1601) }, { name: 'CarrierRefused', code: 21617 }],
  ])('is not taken for %s', async (_, change, error) => {
    const { accountSid } = await network.connect(number);
    const wish = { ...wishFor(alice, newPath()), ...change };
    await expect(network.carrier.sendMessage(accountSid, wish)).rejects.toMatchObject(error);
    expect(await network.carrier.findMessage(accountSid, { ...wish, receivedAt: '' })).toBeNull();
  });

  it.each([
    ['+15005550052', true],
    ['+15005550053', false],
  ])('to %s is not answered, and can be looked up', async (to, isSent) => {
    const { accountSid } = await network.connect(number);
    const wish = wishFor(to, newPath());
    const lost = { ...wish, receivedAt: new Date().toISOString() };
    await expect(network.carrier.sendMessage(accountSid, wish)).rejects.toBeInstanceOf(CarrierUncertain);
    const found = await network.carrier.findMessage(accountSid, lost);
    expect(found !== null).toBe(isSent);
    if (isSent) {
      expect(await network.carrier.sendMessage(accountSid, wish)).toMatchObject({ sid: found?.sid });
      expect(await network.phones.messages(accountSid, number)).toHaveLength(1);
    }
  });

  it('to +15005550054 is taken slowly', async () => {
    const { accountSid } = await network.connect(number);
    const begin = performance.now();
    await network.carrier.sendMessage(accountSid, wishFor('+15005550054', newPath()));
    expect(performance.now() - begin).toBeGreaterThan(900);
  });
});

describe('a message that a phone sends to a number', () => {
  it('is reported with everything that Twilio says, signed, and is delivered once it was taken', async () => {
    const path = newPath();
    const { accountSid } = await network.connect(number, { message: path });

    const media = ['https://a.test/1.png', 'https://a.test/2.png'];
    const { sid, status, direction } = await network.phones.text(accountSid, {
      from: alice,
      to: number,
      body: 'hi ünd + & 😀',
      media,
    });

    expect({ status, direction }).toEqual({ status: 'queued', direction: 'outbound' });
    const [webhook] = await waitFor(() => network.webhooks.at(path).length > 0 && network.webhooks.at(path));
    expect(webhook?.params).toEqual({
      MessageSid: sid,
      SmsSid: sid,
      SmsMessageSid: sid,
      AccountSid: accountSid,
      From: alice,
      To: number,
      Body: 'hi ünd + & 😀',
      NumMedia: '2',
      NumSegments: '1',
      MediaUrl0: media[0],
      MediaUrl1: media[1],
      MediaContentType0: 'application/octet-stream',
      MediaContentType1: 'application/octet-stream',
      FromCountry: 'US',
      FromState: '',
      FromCity: '',
      FromZip: '',
      ToCountry: 'US',
      ToState: '',
      ToCity: '',
      ToZip: '',
      SmsStatus: 'received',
      ApiVersion: '2010-04-01',
    });
    expect(webhook && (await isSigned(accountSid, webhook))).toBe(true);
    expect(webhook?.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=utf-8');
    await waitFor(async () => (await network.phones.messages(accountSid, alice))[0]?.status === 'delivered');
    expect(network.webhooks.at(path)).toHaveLength(1);
  });

  it.each([
    ['a broken connection', 2, (_: Received, response: { destroy(): unknown }) => response.destroy()],
    ['no answer', 2, () => undefined],
    [
      'status 500',
      2,
      (_: Received, response: { writeHead(status: number): { end(): unknown } }) =>
        response.writeHead(500).end(),
    ],
    [
      'status 403',
      1,
      (_: Received, response: { writeHead(status: number): { end(): unknown } }) =>
        response.writeHead(403).end(),
    ],
    [
      'status 302',
      1,
      (_: Received, response: { writeHead(status: number, headers: object): { end(): unknown } }) =>
        response.writeHead(302, { Location: '/message' }).end(),
    ],
    [
      'too much',
      1,
      (_: Received, response: { end(text: string): unknown }) => response.end('x'.repeat(70_000)),
    ],
  ])('stays undelivered after %s, in %d attempts with one token', async (_, attempts, answer) => {
    const path = newPath();
    const { accountSid } = await network.connect(number, { message: path });
    network.webhooks.answer(path, answer);
    await network.phones.text(accountSid, { from: alice, to: number, body: 'x', media: [] });
    const [message] = await waitFor(async () => {
      const shown = await network.phones.messages(accountSid, alice);
      return shown[0]?.status === 'undelivered' && shown;
    });
    expect(message?.error_code).toBe(11200);
    const tokens = network.webhooks.at(path).map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(tokens).toHaveLength(attempts);
    expect(new Set(tokens).size).toBe(1);
  });

  it('is delivered by the second attempt', async () => {
    const path = newPath();
    const { accountSid } = await network.connect(number, { message: path });
    let attempts = 0;
    network.webhooks.answer(path, (_, response) => response.writeHead(++attempts === 1 ? 503 : 200).end());
    await network.phones.text(accountSid, { from: alice, to: number, body: 'x', media: [] });
    await waitFor(async () => (await network.phones.messages(accountSid, alice))[0]?.status === 'delivered');
    expect(attempts).toBe(2);
  });

  it('is answered by TwiML, also after a redirect', async () => {
    const [path, next, status] = [newPath(), newPath(), newPath()];
    const { accountSid } = await network.connect(number, { message: path });
    network.webhooks.answerTwiml(path, `<Response><Redirect>${next}</Redirect></Response>`);
    network.webhooks.answerTwiml(
      next,
      `<Response><Message>one</Message><Message to="${bob}" statusCallback="${status}"><Body>two &amp; more</Body></Message></Response>`,
    );
    const { sid } = await network.phones.text(accountSid, { from: alice, to: number, body: 'x', media: [] });
    await waitFor(() => statusesAt(status).includes('delivered'));
    expect(network.webhooks.at(next)[0]?.params['MessageSid']).toBe(sid);
    const toBob = await network.phones.messages(accountSid, bob);
    expect(toBob).toMatchObject([{ from_number: number, body: 'two & more', direction: 'inbound' }]);
    const toAlice = await waitFor(async () => {
      const shown = await network.phones.messages(accountSid, alice);
      return shown.length === 2 && shown;
    });
    expect(toAlice.map(({ body, direction }) => [body, direction])).toEqual([
      ['one', 'inbound'],
      ['x', 'outbound'],
    ]);
  });

  it.each(['<Response><Dial>+1</Dial></Response>', 'thanks', '<Response>', '<Response><Redirect>/message'])(
    'is delivered when the answer is %s, which nobody can obey',
    async (xml) => {
      const path = newPath();
      const { accountSid } = await network.connect(number, { message: path });
      network.webhooks.answerTwiml(path, xml);
      await network.phones.text(accountSid, { from: alice, to: number, body: 'x', media: [] });
      await waitFor(
        async () => (await network.phones.messages(accountSid, alice))[0]?.status === 'delivered',
      );
      expect(await network.phones.messages(accountSid, number)).toMatchObject([{ direction: 'inbound' }]);
    },
  );

  it('ends a document that redirects to itself', async () => {
    const path = newPath();
    const { accountSid } = await network.connect(number, { message: path });
    network.webhooks.answerTwiml(path, `<Response><Redirect>${path}</Redirect></Response>`);
    await network.phones.text(accountSid, { from: alice, to: number, body: 'x', media: [] });
    await waitFor(async () => (await network.phones.messages(accountSid, alice))[0]?.status === 'delivered');
    expect(network.webhooks.at(path)).toHaveLength(5);
  });

  it('comes in for another number of the account when it is sent there by one', async () => {
    const path = newPath();
    const { accountSid } = await network.connect(number);
    await network.connect('+14155550111', { accountSid, message: path });
    const status = newPath();
    const { sid } = await network.carrier.sendMessage(accountSid, wishFor('+14155550111', status));
    await waitFor(() => statusesAt(status).includes('delivered'));
    expect(network.webhooks.at(path)[0]?.params).toMatchObject({ MessageSid: sid, From: number });
  });

  it('just arrives at a number that is not connected, and at another phone', async () => {
    const { accountSid, sid } = await network.connect(number, { message: newPath() });
    await network.carrier.disconnectNumber(accountSid, sid);
    for (const to of [number, bob]) {
      await network.phones.text(accountSid, { from: alice, to, body: 'x', media: [] });
      await waitFor(async () => (await network.phones.messages(accountSid, to))[0]?.status === 'delivered');
    }
    expect(await network.phones.messages(accountSid, alice)).toHaveLength(2);
  });

  it('is refused from a number of the account, and to what is no number', async () => {
    const { accountSid } = await network.connect(number);
    const text = { from: number, to: alice, body: 'x', media: [] };
    await expect(network.phones.text(accountSid, text)).rejects.toMatchObject({ code: 21212 });
    await expect(network.phones.text(accountSid, { ...text, from: 'me' })).rejects.toMatchObject({
      code: 21211,
    });
  });
});

describe('the network', () => {
  it('is another one for each account', async () => {
    const path = newPath();
    const first = await network.connect(number, { message: path });
    const second = await network.connect(number, { message: newPath() });
    expect(second.sid).not.toBe(first.sid);
    expect(await network.carrier.findNumber(second.accountSid, { sid: first.sid })).toBeNull();
    expect(await network.carrier.webhookToken(first.accountSid)).not.toBe(
      await network.carrier.webhookToken(second.accountSid),
    );
    await network.phones.text(second.accountSid, { from: alice, to: number, body: 'x', media: [] });
    await waitFor(
      async () => (await network.phones.messages(second.accountSid, alice))[0]?.status === 'delivered',
    );
    expect(network.webhooks.at(path)).toEqual([]);
    expect(await network.phones.messages(first.accountSid, alice)).toEqual([]);
    expect(await network.phones.messages(first.accountSid, number)).toEqual([]);
  });

  it('gives a number to all who ask for it at once', async () => {
    const accountSid = newSid('AC');
    const carriers = [network.carrier, openProcess(network.database).carrier];
    for (let i = 0; i < 300; i++) {
      const phoneNumber = `+1415555${1000 + i}`;
      const found = await Promise.all(
        [...carriers, ...carriers].map((carrier) => carrier.findNumber(accountSid, { phoneNumber })),
      );
      expect(new Set(found.map((one) => one?.sid)).size).toBe(1);
    }
  });

  it('is one for all processes', async () => {
    const path = newPath();
    const { accountSid, sid } = await network.connect(number, { message: path });
    const other = openProcess(network.database);
    expect(await other.carrier.findNumber(accountSid, { sid })).toMatchObject({ phoneNumber: number });
    expect(await other.carrier.webhookToken(accountSid)).toBe(await network.carrier.webhookToken(accountSid));
    await other.phones.text(accountSid, { from: alice, to: number, body: 'x', media: [] });
    const [webhook] = await waitFor(() => network.webhooks.at(path).length > 0 && network.webhooks.at(path));
    expect(webhook && (await isSigned(accountSid, webhook))).toBe(true);
  });

  it('goes on with a message whose process is gone, from the status that it had', async () => {
    const { accountSid } = await network.connect(number);
    const path = newPath();
    const wish = wishFor(alice, path);
    // A process that dies after it wrote "sent" leaves this.
    await network.database.admin.query(
      `insert into simulator.message (account_sid, sid, send_key, from_number, to_number, body, media, status, status_callback, held_until)
       values ($1, $2, $3, $4, $5, 'x', '{}', 'sent', $6, now() - interval '1 second')`,
      [accountSid, newSid('SM'), wish.key, number, alice, wish.statusCallback],
    );
    openProcess(network.database, { lookAround: 10 });
    openProcess(network.database, { lookAround: 10 });
    await waitFor(() => statusesAt(path).includes('delivered'));
    expect(statusesAt(path)).toEqual(['sent', 'delivered']);
    expect(await network.phones.messages(accountSid, alice)).toHaveLength(1);
  });

  it('forgets after a day, and of a phone what is too much and an hour old', async () => {
    const { accountSid, sid: numberSid } = await network.connect(number);
    const insert = `
      insert into simulator.message (account_sid, sid, send_key, from_number, to_number, body, media, status, created_at)
      select $1, 'SM' || n, n::text, $2, $3, 'x', '{}', 'delivered', now() - $4::interval from generate_series(1, $5::int) n`;
    const add = (to: string, age: string, count: number) =>
      network.database.admin.query(
        insert.replaceAll("'SM'", `'SM${to}${age}'`).replace('n::text', `'${to}${age}' || n`),
        [accountSid, number, to, age, count],
      );
    await add(alice, '25 hours', 3);
    await add(alice, '2 hours', 600);
    await add(bob, '2 hours', 100);
    await add(bob, '1 minute', 600);
    openProcess(network.database, { lookAround: 10 });
    const count = async (to: string) => {
      const { rows } = await network.database.admin.query<{ n: number }>(
        'select count(*) as n from simulator.message where account_sid = $1 and to_number = $2',
        [accountSid, to],
      );
      return rows[0]?.n;
    };
    await waitFor(async () => (await count(alice)) === 500);
    expect(await count(bob)).toBe(600);
    expect(await network.carrier.findNumber(accountSid, { sid: numberSid })).not.toBeNull();
  });
});

describe('a process that stops', () => {
  it('brings to an end what it has begun, without the pauses, and takes nothing more', async () => {
    const { accountSid } = await network.connect(number);
    const path = newPath();
    const leaving = openProcess(network.database, { step: 60_000 });
    await leaving.carrier.sendMessage(accountSid, wishFor(alice, path));
    await leaving.carrier.stop();
    expect(statusesAt(path)).toEqual(['queued', 'sent', 'delivered']);
    await expect(leaving.carrier.sendMessage(accountSid, wishFor(alice, path))).rejects.toMatchObject({
      name: 'CarrierUnavailable',
    });
  });

  it('does not wait for a webhook that nobody answers, which another process makes again', async () => {
    const path = newPath();
    const { accountSid } = await network.connect(number);
    network.webhooks.answer(path, () => undefined);
    const leaving = openProcess(network.database, { farewell: 50, patience: 60_000, hold: 100 });
    const { sid } = await leaving.carrier.sendMessage(accountSid, wishFor(alice, path));
    await waitFor(() => network.webhooks.at(path).length === 1);
    await leaving.carrier.stop();
    expect(statusesAt(path)).toEqual(['queued']);
    network.webhooks.answerTwiml(path, '');
    openProcess(network.database, { lookAround: 10 });
    await waitFor(() => statusesAt(path).includes('delivered'));
    expect(statusesAt(path)).toEqual(['queued', 'queued', 'sent', 'delivered']);
    expect(await network.phones.messages(accountSid, alice)).toMatchObject([{ sid }]);
  });
});
