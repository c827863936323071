import { beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Database } from '#platform';
import { call, cleanUp, testDatabase, waitFor, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';

const number = '+14155550100';
const alice = '+12025550101';
const bob = '+12025550102';

let database: Database;
let api: Awaited<ReturnType<typeof serveApi>>;
let login: Login;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database);
  cleanUp(() => api.app.close());
  login = await api.account();
});

function send(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  caller: Login | null = login,
) {
  return call(api.url, 'POST', path, {
    ...(caller && { login: caller }),
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
}

async function shown(phone: string, what: 'messages' | 'calls', caller = login) {
  const { status, text: content } = await call(api.url, 'GET', `/simulator/phones/${phone}/${what}`, {
    login: caller,
  });
  expect(status).toBe(200);
  return JSON.parse(content) as Record<string, unknown>[];
}

/** What stands for Maskline's inbound endpoints, which are not this spec's subject. */
async function connectNumber(accountSid: string, twiml = ''): Promise<string[]> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((form) => {
      received.push(form);
      response.setHeader('Content-Type', 'text/xml').end(twiml);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => server.close());
  // A server that listens on a port has an address of this kind.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const found = await api.carrier.findNumber(accountSid, { phoneNumber: number });
  await api.carrier.connectNumber(accountSid, found?.sid ?? '', { message: `${url}/m`, call: `${url}/c` });
  return received;
}

describe('the phones of the simulator', () => {
  it('text, and show what they sent and got', async () => {
    const received = await connectNumber(login.username, '<Response><Message>welcome</Message></Response>');

    const { status, body } = await send('/simulator/messages', {
      from: alice,
      to: number,
      body: 'hi',
      media: ['https://a.test/1.png'],
    });

    expect(status).toBe(201);
    expect(body).toEqual({
      sid: expect.stringMatching(/^MM[0-9a-f]{32}$/) as unknown,
      direction: 'outbound',
      from: alice,
      to: number,
      body: 'hi',
      media: ['https://a.test/1.png'],
      status: 'queued',
      error_code: null,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
    });
    const messages = await waitFor(async () => {
      const all = await shown(alice, 'messages');
      return all.length === 2 && all.every((message) => message['status'] === 'delivered') && all;
    });
    expect(messages).toMatchObject([
      { direction: 'inbound', from: number, to: alice, body: 'welcome' },
      { direction: 'outbound', sid: body?.['sid'] },
    ]);
    expect(received).toHaveLength(1);
    expect(await shown(encodeURIComponent(alice), 'messages')).toEqual(messages);
  });

  it('call, and show whom they called and who called', async () => {
    const twiml = `<Response><Dial answerOnBridge="true" callerId="${number}">${bob}</Dial></Response>`;
    await connectNumber(login.username, twiml);

    const { status, body } = await send('/simulator/calls', { from: alice, to: number, seconds: 2 });

    expect(status).toBe(201);
    expect(body).toEqual({
      sid: expect.stringMatching(/^CA[0-9a-f]{32}$/) as unknown,
      direction: 'outbound',
      from: alice,
      to: number,
      status: 'initiated',
      duration: null,
      error_code: null,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
    });
    await waitFor(async () => (await shown(alice, 'calls'))[0]?.['status'] === 'completed');
    expect(await shown(bob, 'calls')).toMatchObject([
      { direction: 'inbound', from: number, status: 'completed', duration: 2 },
    ]);

    await send('/simulator/calls', { from: alice, to: number, answer: false });
    await waitFor(async () => (await shown(bob, 'calls'))[0]?.['status'] === 'no-answer');
    expect(await shown(alice, 'calls')).toHaveLength(2);
  });

  it('can be given numbers, whose SIDs are found from then on', async () => {
    const { status, body } = await send('/simulator/numbers', { phoneNumber: '12345' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      phone_number: '12345',
      iso_country: 'US',
      capabilities: { voice: false, sms: true },
    });
    const sid = String(body?.['sid']);
    expect(sid).toMatch(/^SC[0-9a-f]{32}$/);
    expect(await api.carrier.findNumber(login.username, { sid })).toMatchObject({ phoneNumber: '12345' });

    const again = await send('/simulator/numbers', { phoneNumber: '12345' });
    expect(again.body).toEqual(body);
  });

  it('are those of the account alone', async () => {
    const stranger = await api.account();
    await connectNumber(login.username);
    await send('/simulator/messages', { from: '+12025550109', to: bob, body: 'private' });
    await waitFor(async () => (await shown(bob, 'messages')).length > 0);
    expect(await shown(bob, 'messages', stranger)).toEqual([]);
    expect(await shown('+12025550109', 'messages', stranger)).toEqual([]);
    // To the stranger this is just some phone.
    const { status } = await send('/simulator/messages', { from: number, to: bob, body: 'x' }, {}, stranger);
    expect(status).toBe(201);
  });

  it.each([
    ['GET', '/simulator/phones/+12025550101/messages'],
    ['GET', '/simulator/phones/+12025550101/calls'],
    ['POST', '/simulator/messages'],
    ['POST', '/simulator/calls'],
    ['POST', '/simulator/numbers'],
    ['GET', '/simulator/whatever'],
    ['GET', '/%73imulator/phones/+12025550101/messages'],
  ])('are for callers who say who they are: %s %s', async (method, path) => {
    const { status, body } = await call(api.url, method, path, {
      headers: { 'Content-Type': 'application/json' },
    });
    expect([status, body?.['code']]).toEqual([401, 20003]);
    const wrong = await call(api.url, method, path, { login: { ...login, password: 'wrong' } });
    expect(wrong.status).toBe(401);
  });

  it.each(['messages', 'calls'])('are no phones with a NUL in their number: %s', async (what) => {
    const { status } = await call(api.url, 'GET', `/simulator/phones/%00/${what}`, { login });
    expect(status).toBe(404);
  });

  it('are not there over another carrier', async () => {
    const other = await serveApi(database, { isSimulated: false });
    cleanUp(() => other.app.close());
    const key = await other.apiKey(login.username);
    for (const [method, path] of [
      ['GET', '/simulator/phones/+12025550101/messages'],
      ['POST', '/simulator/messages'],
    ] as const) {
      expect((await call(other.url, method, path, { login: key })).status).toBe(404);
      expect((await call(other.url, method, path)).status).toBe(401);
    }
  });

  it('answer a wrong method, and no browser of another site', async () => {
    const answer = await call(api.url, 'DELETE', '/simulator/messages', { login });
    expect([answer.status, answer.headers['allow'], answer.body?.['code']]).toEqual([405, 'POST', 20004]);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('what is asked of phones', () => {
  const good = { from: alice, to: number, body: 'x' };

  it.each([
    ['from', { ...good, from: undefined }],
    ['from', { ...good, from: 'alice' }],
    ['from', { ...good, from: '12345' }],
    ['from', { ...good, from: 1 }],
    ['to', { ...good, to: '+0123' }],
    ['to', { ...good, to: [number] }],
    ['body', { from: alice, to: number }],
    ['body', { ...good, body: '' }],
    ['body', { ...good, body: '😀'.repeat(1601) }],
    ['body', { ...good, body: 'a\0b' }],
    ['body', { ...good, body: '\ud800' }],
    ['body', { ...good, body: { toString: 'x' } }],
    ['media', { ...good, media: 'https://a.test' }],
    ['media', { ...good, media: ['ftp://a.test'] }],
    ['media', { ...good, media: ['https://a.test/\0'] }],
    ['media', { ...good, media: Array.from({ length: 11 }, () => 'https://a.test') }],
    ['body', []],
    ['body', null],
    ['body', 'text'],
  ])('is refused by its %s: %j', async (parameter, wish) => {
    const { status, body } = await send('/simulator/messages', JSON.stringify(wish));
    expect({ status, ...body }).toMatchObject({
      status: 400,
      code: 20001,
      message: expect.stringMatching(new RegExp(`^'(?:${parameter}|from)' is invalid\\.`)) as unknown,
    });
  });

  it.each([
    ['answer', { answer: 'yes' }],
    ['seconds', { seconds: -1 }],
    ['seconds', { seconds: 1.5 }],
    ['seconds', { seconds: 14_401 }],
    ['seconds', { seconds: '5' }],
  ])('is refused by the %s of a call: %j', async (parameter, change) => {
    const { status, body } = await send('/simulator/calls', { from: alice, to: number, ...change });
    expect([status, body?.['message']]).toEqual([
      400,
      expect.stringContaining(`'${parameter}' is invalid.`) as unknown,
    ]);
  });

  it.each(['+15005550001', '+999', '+80012345678', '1234'])(
    'is refused for a number that nobody can have: %s',
    async (phoneNumber) => {
      expect((await send('/simulator/numbers', { phoneNumber })).status).toBe(400);
    },
  );

  it('is refused from a number of the account, which is no phone', async () => {
    await connectNumber(login.username);
    const { status, body } = await send('/simulator/messages', { ...good, from: number });
    expect([status, body?.['code']]).toEqual([400, 20001]);
    expect(body?.['message']).not.toContain(number);
  });

  it.each([
    ['what is no JSON', '{"from":', 400, 20001],
    ['ten thousand levels', '['.repeat(10_000), 400, 20001],
    ['levels that are closed', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400, 20001],
    ['bytes that are no text', Buffer.from(JSON.stringify({ ...good, body: 'ü' }), 'latin1'), 400, 20001],
    ['nothing', '', 400, 20001],
    ['too much', JSON.stringify({ ...good, body: 'x'.repeat(70_000) }), 413, 20413],
    [
      'a key of a prototype',
      '{"__proto__":{"from":"+12025550101"},"to":"+14155550100","body":"x"}',
      400,
      20001,
    ],
  ])('cannot be %s', async (_, body, status, code) => {
    const answer = await send('/simulator/messages', body);
    expect([answer.status, answer.body?.['code']]).toEqual([status, code]);
  });

  it('is JSON, where the rest of the API takes forms', async () => {
    const asForm = await call(api.url, 'POST', '/simulator/messages', { login, body: good });
    expect(asForm.status).toBe(201);
    const asJson = await send('/v1/Services', { UniqueName: 'json' });
    expect([asJson.status, asJson.body?.['message']]).toEqual([
      400,
      'The body must be application/x-www-form-urlencoded.',
    ]);
  });
});
