import { connect } from 'node:net';
import { buffer as read } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase, waitFor, type Call, type Login } from '#testing';
import type { Database } from '#platform';
import { serveApi } from '../spec/serve-api.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let database: Database;
let login: Login;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database);
  cleanUp(() => api.app.close());
  login = await api.account();
});

const ask = (method: string, path: string, options: Call = {}) =>
  call(api.url, method, path, { login, ...options });

const newService = async (form: Record<string, string> = {}) => {
  const name = `service-${Math.random()}`;
  const { body } = await ask('POST', '/v1/Services', { body: { UniqueName: name, ...form } });
  return { name, sid: String(body?.['sid']) };
};

describe('who calls', () => {
  it('is the account with its token', async () => {
    expect((await ask('GET', '/v1/Services')).status).toBe(200);
  });

  it('is the account of an API key', async () => {
    const service = await newService();
    const key = await api.apiKey(login.username);
    const { status, body } = await ask('GET', `/v1/Services/${service.sid}`, { login: key });
    expect([status, body?.['account_sid']]).toEqual([200, login.username]);
  });

  it('may write an account SID in any case', async () => {
    for (const username of [login.username.toUpperCase(), login.username.toLowerCase()]) {
      expect((await ask('GET', '/v1/Services', { login: { ...login, username } })).status).toBe(200);
    }
  });

  const unknown = `AC${'0'.repeat(32)}`;
  it.each<[string, () => Call]>([
    ['nobody', () => ({ headers: {} })],
    ['a wrong token', () => ({ login: { ...login, password: 'wrong' } })],
    ['no token', () => ({ login: { ...login, password: '' } })],
    ['an account that does not exist', () => ({ login: { username: unknown, password: 'x' } })],
    ['a name that is no SID', () => ({ login: { username: 'admin', password: 'x' } })],
    ['another scheme', () => ({ headers: { Authorization: 'Bearer abc' } })],
    ['a broken header', () => ({ headers: { Authorization: 'Basic %%%' } })],
    ['a header without a colon', () => ({ headers: { Authorization: `Basic ${btoa('AC1')}` } })],
  ])('is refused in the same words: %s', async (_, options) => {
    const answer = await call(api.url, 'GET', '/v1/Services', options());
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="Twilio API"');
    expect(answer.body).toEqual({
      code: 20003,
      message: 'Authenticate',
      more_info: 'https://www.twilio.com/docs/errors/20003',
      status: 401,
    });
  });

  it('is asked before anything is read, whatever way the path is spelled', async () => {
    const body = Buffer.alloc(3_000_000, 'a');
    expect((await call(api.url, 'POST', '/v1/Services', { body })).status).toBe(401);
    expect((await call(api.url, 'GET', '/%76%31/Services')).status).toBe(401);
    expect((await call(api.url, 'PUT', '/%76%31/Services')).status).toBe(401);
    for (const above of ['/v1', '/%76%31', '/v1/%zz', '/%76%31/%zz']) {
      expect((await call(api.url, 'GET', `${above}/nowhere`)).status).toBe(401);
    }
  });

  it('sees nothing of any other account', async () => {
    const service = await newService();
    const session = await ask('POST', `/v1/Services/${service.sid}/Sessions`, { body: { UniqueName: 'a' } });
    const sessionSid = String(session.body?.['sid']);
    const stranger = await api.account();
    const paths = [`/v1/Services/${service.sid}`, `/v1/Services/${service.name}`].flatMap((path) => [
      ['GET', path],
      ['POST', path],
      ['DELETE', path],
      ['GET', `${path}/Sessions`],
      ['POST', `${path}/Sessions`],
      ...['GET', 'POST', 'DELETE'].flatMap((method) => [
        [method, `${path}/Sessions/${sessionSid}`],
        [method, `${path}/Sessions/a`],
      ]),
    ]);
    for (const [method = '', path = ''] of paths) {
      const { status } = await ask(method, path, { login: stranger });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    const own = await newService();
    const below = `/v1/Services/${own.sid}/Sessions/${sessionSid}`;
    expect((await ask('GET', below)).status).toBe(404);
    expect((await ask('DELETE', below)).status).toBe(404);
    expect((await ask('GET', `/v1/Services/${service.sid}/Sessions/${sessionSid}`)).status).toBe(200);
  });

  it('is refused within five seconds after a key was revoked', async () => {
    const key = await api.apiKey(login.username);
    expect((await ask('GET', '/v1/Services', { login: key })).status).toBe(200);
    await api.revoke(key, login.username);
    const refused = async () => (await ask('GET', '/v1/Services', { login: key })).status === 401;
    // Five, and what a busy machine adds.
    await waitFor(refused, { within: 10_000, every: 200 });
    expect(await refused()).toBe(true);
  });
});

describe('a path', () => {
  it.each([
    ['a trailing slash', (sid: string) => `/v1/Services/${sid}/`],
    ['upper-case digits', (sid: string) => `/v1/Services/KS${sid.slice(2).toUpperCase()}`],
    ['a prefix in small letters', (sid: string) => `/v1/Services/${sid.toLowerCase()}`],
    ['percent signs', (sid: string) => `/v1/Services/%4BS${sid.slice(2)}`],
  ])('leads to the same resource with %s', async (_, spell) => {
    const { sid } = await newService();
    const { status, body } = await ask('GET', spell(sid));
    expect([status, body?.['sid']]).toEqual([200, sid]);
  });

  it('may name a service and a session by their names, in every call', async () => {
    const name = 'Order #1 é+&=%😀'.padEnd(180, 'ä');
    const { name: service } = await newService();
    const sessions = `/v1/Services/${service}/Sessions`;
    const session = `${sessions}/${encodeURIComponent(name)}`;
    expect((await ask('POST', sessions, { body: { UniqueName: name } })).status).toBe(201);
    expect((await ask('GET', session)).body).toMatchObject({ unique_name: name });
    expect((await ask('POST', session, { body: { Ttl: '5' } })).body).toMatchObject({ ttl: 5 });
    expect((await ask('DELETE', session)).status).toBe(204);
    expect((await ask('GET', session)).body).toMatchObject({ status: 404, code: 80308 });
  });

  it.each(['a/b', '/', 'a?b', 'a;b', '%41', '%2F', '100%', 'a#b', '..', 'Sessions'])(
    'is decoded once, whatever the name: %s',
    async (name) => {
      const { sid } = await newService();
      expect((await ask('POST', `/v1/Services/${sid}`, { body: { UniqueName: name } })).status).toBe(200);
      await ask('POST', `/v1/Services/${sid}/Sessions`, { body: { UniqueName: name } });
      const spelled = encodeURIComponent(name);
      const { status, body } = await ask('GET', `/v1/Services/${spelled}/Sessions/${spelled}`);
      expect([status, body?.['unique_name'], body?.['service_sid']]).toEqual([200, name, sid]);
      expect((await ask('GET', `/v1/Services/${spelled}`)).body).toMatchObject({ sid, unique_name: name });
      await ask('DELETE', `/v1/Services/${spelled}`);
    },
  );

  it('may have a semicolon as it is, and does not find the letter that a name only spells', async () => {
    const { sid } = await newService();
    const sessions = `/v1/Services/${sid}/Sessions`;
    for (const UniqueName of ['a;b', '%41']) await ask('POST', sessions, { body: { UniqueName } });
    expect((await ask('GET', `${sessions}/a;b`)).body).toMatchObject({ unique_name: 'a;b' });
    expect((await ask('GET', `${sessions}/%41`)).body).toMatchObject({ code: 80308 });
    expect((await ask('GET', `${sessions}/A`)).body).toMatchObject({ code: 80308 });
  });

  it('takes a plus for a plus', async () => {
    const { sid } = await newService();
    await ask('POST', `/v1/Services/${sid}/Sessions`, { body: { UniqueName: 'a b+c' } });
    expect((await ask('GET', `/v1/Services/${sid}/Sessions/a%20b+c`)).status).toBe(200);
  });

  it.each([
    ['/v1/Services/100%'],
    ['/v1/Services/%zz'],
    ['/v1/Services/%ff'],
    ['/v1/Services/%00'],
    ['/v1/Services/%ED%A0%80'],
    [`/v1/Services/${'a'.repeat(4000)}`],
    [`/v1/Services/KC${'0'.repeat(32)}`],
    [`/v1/Services/KS${'0'.repeat(32)}`],
    ['/v1/Services/KS0/Sessions/x/y/z'],
    ['/v1/Nowhere'],
    ['/v1'],
  ])('that leads nowhere is a 404 that names it: %s', async (path) => {
    const { status, headers, body } = await ask('GET', path);
    expect(status).toBe(404);
    expect(headers['twilio-request-id']).toMatch(/^RQ[0-9a-f]{32}$/);
    expect(body).toEqual({
      code: 20404,
      message: `The requested resource ${path.replace(/^\/v1/, '')} was not found`,
      more_info: 'https://www.twilio.com/docs/errors/20404',
      status: 404,
    });
  });

  it('outside of the API is a 404 without a login', async () => {
    expect((await call(api.url, 'GET', '/favicon.ico')).body).toMatchObject({ status: 404, code: 20404 });
  });

  it.each([
    ['PUT', '/v1/Services', 'GET, POST'],
    ['DELETE', '/v1/Services', 'GET, POST'],
    ['HEAD', '/v1/Services', 'GET, POST'],
    ['PATCH', '/v1/Services/x', 'DELETE, GET, POST'],
    ['PUT', '/v1/Services/x/Sessions/y/', 'DELETE, GET, POST'],
    ['PUT', '/%76%31/%53ervices', 'GET, POST'],
  ])('answers %s %s with what is allowed', async (method, path, allowed) => {
    const { status, headers, body } = await ask(method, path);
    expect([status, headers['allow']]).toEqual([405, allowed]);
    if (method !== 'HEAD') expect(body).toMatchObject({ code: 20004, status: 405 });
  });

  it.each<[string, Call]>([
    ['JSON', { body: '{}', headers: { 'Content-Type': 'application/json' } }],
    ['a malformed type', { body: 'x', headers: { 'Content-Type': 'nonsense' } }],
    ['bad percent-encoding', { body: 'a=%zz' }],
    ['three megabytes', { body: Buffer.alloc(3_000_000, 'a') }],
  ])('is judged before a body that could not be read: %s', async (_, options) => {
    const wrong = await ask('PUT', '/v1/Services', options);
    expect([wrong.headers['allow'], wrong.body?.['code']]).toEqual(['GET, POST', 20004]);
    expect((await ask('POST', '/v1/Nowhere', options)).body).toMatchObject({ status: 404, code: 20404 });
    expect((await ask('POST', '/nowhere', options)).body).toMatchObject({ status: 404, code: 20404 });
    const stranger = { ...options, login: { ...login, password: 'wrong' } };
    expect((await ask('PUT', '/v1/Services', stranger)).status).toBe(401);
    expect((await ask('POST', '/v1/Nowhere', stranger)).status).toBe(401);
  });
});

describe('a head', () => {
  const head = (...lines: string[]) => [...lines, '', ''].join('\r\n');
  const authorization = () => `Authorization: Basic ${btoa(`${login.username}:${login.password}`)}`;
  const unmet = (status: number, code: number, message: string) => ({
    status,
    body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  });

  it('of HTTP/1.1 names the host', async () => {
    const refusal = unmet(400, 20001, 'The Host header is missing.');
    expect(await raw(head('GET /v1/Services HTTP/1.1', authorization()))).toMatchObject(refusal);
    expect(await raw(head('GET /healthz HTTP/1.1'))).toMatchObject(refusal);
    expect(await raw(head('GET /healthz HTTP/1.0'))).toMatchObject({ status: 200 });
  });

  it('expects nothing that is unknown', async () => {
    const expecting = (what: string, version = '1.1') =>
      raw(head(`GET /healthz HTTP/${version}`, 'Host: x', `Expect: ${what}`, 'Connection: close'));
    expect(await expecting('tea')).toMatchObject(unmet(417, 20417, 'Expectation Failed'));
    expect(await expecting('tea', '1.0')).toMatchObject({ status: 200 });
  });

  it('that cannot be read is told so, under an id to ask by', async () => {
    const { headers, ...answer } = await raw(head('NONSENSE'));
    expect(answer).toEqual(unmet(400, 20001, 'Bad Request'));
    expect(headers).toMatch(/^Content-Type: application\/json; charset=utf-8$/im);
    expect(headers).toMatch(/^Twilio-Request-Id: RQ[0-9a-f]{32}$/im);
  });

  /** Sends the text and reads until the connection is closed. */
  async function raw(text: string) {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.write(text);
    const answer = (await read(socket)).toString();
    const [headers = '', body = ''] = answer.split('\r\n\r\n');
    return { status: Number(headers.split(' ')[1]), headers, body: JSON.parse(body) as unknown };
  }
});

describe('a body', () => {
  it.each<[string, Call]>([
    ['none', {}],
    ['none with a length', { headers: { 'Content-Length': '0' } }],
    ['none with any type', { headers: { 'Content-Type': 'application/json', 'Content-Length': '0' } }],
    ['none with a malformed type', { headers: { 'Content-Type': 'nonsense', 'Content-Length': '0' } }],
    [
      'none in chunks, with a malformed type',
      {
        headers: { 'Content-Type': 'nonsense', 'Content-Length': null, 'Transfer-Encoding': 'chunked' },
        body: '',
      },
    ],
    ['an empty form', { body: '' }],
    [
      'a form with a charset',
      { body: '', headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' } },
    ],
  ])('may be %s', async (_, options) => {
    const { sid } = await newService();
    expect((await ask('POST', `/v1/Services/${sid}/Sessions`, options)).status).toBe(201);
  });

  it('is a form unless it says otherwise', async () => {
    const { sid } = await newService();
    for (const headers of [
      { 'Content-Type': null },
      { 'Content-Type': null, 'Content-Length': null, 'Transfer-Encoding': 'chunked' },
    ]) {
      const { body } = await ask('POST', `/v1/Services/${sid}/Sessions`, { headers, body: 'Ttl=7' });
      expect(body).toMatchObject({ ttl: 7 });
    }
  });

  it('may be announced and missing on a DELETE', async () => {
    const { sid } = await newService();
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await ask('DELETE', `/v1/Services/${sid}`, { headers })).status).toBe(204);
  });

  it('is ignored on a GET', async () => {
    const { sid } = await newService();
    expect((await ask('GET', `/v1/Services/${sid}`, { body: 'Ttl=%zz' })).status).toBe(200);
  });

  it.each<[string, Call, number, number]>([
    ['JSON', { body: '{}', headers: { 'Content-Type': 'application/json' } }, 400, 20001],
    ['another type', { body: 'x', headers: { 'Content-Type': 'text/plain' } }, 400, 20001],
    ['a malformed type', { body: 'x', headers: { 'Content-Type': 'nonsense' } }, 400, 20001],
    ['bad percent-encoding', { body: 'UniqueName=%zz' }, 400, 80701],
    ['a NUL', { body: 'UniqueName=a%00' }, 400, 80701],
    ['half a surrogate pair', { body: 'UniqueName=%ED%A0%80' }, 400, 80701],
    ['bytes that are not UTF-8', { body: Buffer.from([0xff]) }, 400, 80701],
    ['ten thousand parameters', { body: 'a=b&'.repeat(10_000) }, 400, 20001],
    ['three megabytes', { body: Buffer.alloc(3_000_000, 'a') }, 413, 20413],
  ])('is refused when it is %s', async (_, options, status, code) => {
    expect((await ask('POST', '/v1/Services', options)).body).toMatchObject({ status, code });
  });

  it('is refused with the code that its form gives', async () => {
    const { sid } = await newService();
    const crowd = JSON.stringify(Array(3).fill({ Identifier: '+15005550001' }));
    const refused = await ask('POST', `/v1/Services/${sid}/Sessions`, { body: { Participants: crowd } });
    expect(refused.body).toMatchObject({
      status: 400,
      code: 80609,
      message: 'A Session may have at most 2 participants',
    });
  });

  it('may lie in the header of a request only so far', async () => {
    const answer = await ask('GET', '/v1/Services', { headers: { 'X-Large': 'a'.repeat(40_000) } });
    expect(answer.body).toMatchObject({ status: 431 });
  });
});

describe('an answer', () => {
  it('carries an id, the time it took, and leave for browsers', async () => {
    const { headers } = await ask('GET', '/v1/Services');
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'twilio-request-id': expect.stringMatching(/^RQ[0-9a-f]{32}$/) as unknown,
      'twilio-request-duration': expect.stringMatching(/^\d+\.\d{3}$/) as unknown,
      'access-control-allow-origin': '*',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('to a browser that asks first needs no login', async () => {
    const { status, headers } = await call(api.url, 'OPTIONS', '/v1/Services');
    expect(status).toBe(204);
    expect(headers['access-control-allow-methods']).toBe('GET, POST, DELETE, OPTIONS');
  });
});

describe('the log', () => {
  it('knows who asked, and in which request', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { headers, body } = await ask('POST', '/v1/Services', {
      headers: { traceparent },
      body: { UniqueName: 'logged' },
    });
    const { rows } = await database.admin.query(
      'select actor, request_id, correlation_id, trace_parent from maskline.event where stream_id = $1',
      [body?.['sid']],
    );
    const requestId = headers['twilio-request-id'];
    expect(rows).toEqual([
      { actor: login.username, request_id: requestId, correlation_id: requestId, trace_parent: traceparent },
    ]);
  });

  it.each([
    ['00-0-0-00'],
    [`ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    [`00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
  ])('takes no malformed trace parent: %s', async (traceparent) => {
    const { body } = await ask('POST', '/v1/Services', {
      headers: { traceparent },
      body: { UniqueName: `t-${Math.random()}` },
    });
    const { rows } = await database.admin.query(
      'select trace_parent from maskline.event where stream_id = $1',
      [body?.['sid']],
    );
    expect(rows).toEqual([{ trace_parent: null }]);
  });
});
