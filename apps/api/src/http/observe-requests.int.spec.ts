import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase, waitFor, type Call, type Login } from '#testing';
import { useProcessLog } from '#platform';
import { serveApi } from '../spec/serve-api.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let login: Login;
const lines: string[] = [];

beforeAll(async () => {
  const { database } = await testDatabase();
  api = await serveApi(database);
  cleanUp(() => api.app.close());
  login = await api.account();
  useProcessLog({ LOG_LEVEL: 'debug' }, { write: (line) => lines.push(line) });
});

const ask = (method: string, path: string, options: Call = {}) =>
  call(api.url, method, path, { login, ...options });

/** The one line with this word, which is written after the answer. */
async function logged(word: unknown): Promise<unknown> {
  const found = () => lines.filter((line) => line.includes(`"${String(word)}"`));
  await waitFor(() => found().length > 0);
  expect(found()).toHaveLength(1);
  return JSON.parse(found()[0] ?? '');
}

/** How often requests of this kind were answered so far. */
async function count(method: string, route: string, status: number): Promise<number> {
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  const name = `maskline_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"} `;
  const line = metrics.split('\n').find((start) => start.startsWith(name));
  return Number(line?.slice(name.length) ?? 0);
}

describe('a request', () => {
  it.each([
    ['to a name', 'GET', '/v1/Services/somebody', '/v1/Services/:serviceSid', 404, 'info'],
    ['with a wrong query', 'GET', '/v1/Services?PageToken=somebody', '/v1/Services', 400, 'info'],
    ['that reads', 'GET', '/v1/Services?x=somebody', '/v1/Services', 200, 'debug'],
    ['that is refused', 'POST', '/v1/Services', '/v1/Services', 400, 'info'],
    ['by a wrong method', 'PUT', '/v1/Services/somebody', 'none', 405, 'info'],
    ['to nowhere', 'GET', '/v1/somebody', 'none', 404, 'info'],
    ['that cannot be decoded', 'GET', '/v1/Services/somebody%zz', 'none', 404, 'info'],
    ['to a name too long', 'GET', `/v1/Services/${'somebody'.repeat(300)}`, 'none', 404, 'info'],
    ['beside the API', 'GET', '/somebody%', 'none', 404, 'info'],
  ])('%s is logged and counted once, by its route alone', async (_, method, path, route, status, level) => {
    const before = await count(method, route, status);
    const { headers } = await ask(method, path);
    expect(await logged(headers['twilio-request-id'])).toEqual({
      level,
      time: expect.any(String) as unknown,
      context: 'HTTP',
      requestId: headers['twilio-request-id'],
      method,
      route,
      status,
      ms: expect.any(Number) as unknown,
    });
    expect(lines.join()).not.toContain('somebody');
    expect(await count(method, route, status)).toBe(before + 1);
  });
});

describe('a path that cannot be read', () => {
  it.each([
    ['a percent sign without its digits', '/v1/Services/%zz'],
    ['bytes that are not UTF-8', '/v1/Services/%ff/Sessions'],
    ['more than any name has', `/v1/Services/${'a'.repeat(2300)}`],
  ])('for %s is answered as any that leads nowhere', async (_, path) => {
    const { status, headers, body } = await ask('GET', path);
    expect([status, body?.['code']]).toEqual([404, 20404]);
    expect(headers).toMatchObject({
      'twilio-request-id': expect.stringMatching(/^RQ[0-9a-f]{32}$/) as unknown,
      'twilio-request-duration': expect.stringMatching(/^\d+\.\d{3}$/) as unknown,
      'access-control-allow-origin': '*',
    });
    expect((await call(api.url, 'GET', path)).status).toBe(401);
    expect((await call(api.url, 'OPTIONS', path)).status).toBe(204);
  });

  it('is outside of the API when it starts elsewhere', async () => {
    const { status, headers } = await call(api.url, 'GET', '/favicon%');
    expect(status).toBe(404);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('what is no request', () => {
  const send = async (bytes: string, isWhole: boolean): Promise<string> => {
    const { port, hostname } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    if (isWhole) socket.end();
    return text(socket);
  };

  it.each([
    ['garbage', 'GARBAGE somebody\r\n\r\n', 400, 'HPE_INVALID_METHOD'],
    ['a huge head', `GET / HTTP/1.1\r\nX: ${'somebody'.repeat(5000)}\r\n\r\n`, 431, 'HPE_HEADER_OVERFLOW'],
  ])('is answered in JSON, and logged without anything of it: %s', async (_, bytes, status, reason) => {
    const answer = await send(bytes, true);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ code: 20001, status });
    expect(await logged(reason)).toEqual({
      level: 'info',
      time: expect.any(String) as unknown,
      context: 'HTTP',
      requestId: expect.stringMatching(/^RQ[0-9a-f]{32}$/) as unknown,
      status,
      reason,
    });
  });

  it('is a head that does not end in time', async () => {
    // Node looks every five seconds; how long a head may take can be changed under way.
    api.app.getHttpServer().headersTimeout = 100;
    const answer = await send('GET /v1/Services HTTP/1.1\r\nHost: somebody.test\r\n', false);
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ code: 20001, status: 408 });
    expect(await logged('ERR_HTTP_REQUEST_TIMEOUT')).toMatchObject({ status: 408 });
    expect(lines.join()).not.toContain('somebody');
  });
});
