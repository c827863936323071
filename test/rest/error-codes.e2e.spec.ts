import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '#testing';
import { startApi, type Api } from './start-api.js';

let api: Api;
let service: string;
let other: string;
let session: string;
let closed: string;

beforeAll(async () => {
  api = await startApi();
  const created = await api.ask('POST', '/v1/Services', { body: { UniqueName: 'taken' } });
  service = `/v1/Services/${String(created.body?.['sid'])}`;
  const second = await api.ask('POST', '/v1/Services', { body: { UniqueName: 'other' } });
  other = `/v1/Services/${String(second.body?.['sid'])}`;
  session = await newSession({ UniqueName: 'taken' });
  closed = await newSession({ Status: 'closed' });
});

async function newSession(form: Record<string, string>): Promise<string> {
  const { body } = await api.ask('POST', `${service}/Sessions`, { body: form });
  return `${service}/Sessions/${String(body?.['sid'])}`;
}

type Case = [status: number, code: number, what: string, method: string, path: () => string, options?: Call];

const form = (body: Record<string, string> | string): Call => ({ body });
const cases: Case[] = [
  [400, 20001, 'a page token of nobody', 'GET', () => '/v1/Services?PageToken=PTx'],
  [400, 20006, 'a page by number, too far off', 'GET', () => '/v1/Services?Page=100001&PageSize=1'],
  [
    400,
    20001,
    'a body of JSON',
    'POST',
    () => '/v1/Services',
    { body: '{}', headers: { 'Content-Type': 'application/json' } },
  ],
  [400, 20001, 'too many parameters', 'POST', () => '/v1/Services', form('a=b&'.repeat(1001))],
  [
    401,
    20003,
    'a wrong token',
    'GET',
    () => '/v1/Services',
    { login: { username: `AC${'0'.repeat(32)}`, password: 'x' } },
  ],
  [405, 20004, 'a wrong method', 'PUT', () => session],
  [405, 20004, 'a wrong method with a body that cannot be read', 'PUT', () => session, form('a=%zz')],
  [404, 20404, 'no such route', 'GET', () => '/v1/Nothing'],
  [404, 20404, 'no such service', 'GET', () => `/v1/Services/KS${'0'.repeat(32)}`],
  [404, 20404, 'no such service by name', 'GET', () => '/v1/Services/nobody'],
  [
    404,
    20404,
    'no service to create a session in',
    'POST',
    () => `/v1/Services/KS${'0'.repeat(32)}/Sessions`,
  ],
  [404, 20404, 'no service to list sessions of', 'GET', () => `/v1/Services/KS${'0'.repeat(32)}/Sessions`],
  [404, 20404, 'no such session', 'POST', () => `${service}/Sessions/KC${'0'.repeat(32)}`],
  [404, 80308, 'no session of this name', 'GET', () => `${service}/Sessions/nobody`],
  [404, 20404, 'no session of this name to update', 'POST', () => `${service}/Sessions/nobody`],
  [404, 20404, 'no session of this name to delete', 'DELETE', () => `${service}/Sessions/nobody`],
  [
    404,
    20404,
    'no service to look for the name in',
    'GET',
    () => `/v1/Services/KS${'0'.repeat(32)}/Sessions/taken`,
  ],
  [404, 20404, 'a session of another service', 'GET', () => `${other}/Sessions/${session.slice(-34)}`],
  [
    404,
    20404,
    'to update a session of another service',
    'POST',
    () => `${other}/Sessions/${session.slice(-34)}`,
  ],
  [
    404,
    20404,
    'to delete a session of another service',
    'DELETE',
    () => `${other}/Sessions/${session.slice(-34)}`,
  ],
  [404, 80308, 'the name of a session of another service', 'GET', () => `${other}/Sessions/taken`],
  [413, 20413, 'a body that is too large', 'POST', () => '/v1/Services', form('a'.repeat(2_000_000))],
  [400, 80602, 'a service name that is taken', 'POST', () => '/v1/Services', form({ UniqueName: 'taken' })],
  [400, 80602, 'renaming a service to a taken name', 'POST', () => other, form({ UniqueName: 'taken' })],
  [
    400,
    80603,
    'a session name that is taken',
    'POST',
    () => `${service}/Sessions`,
    form({ UniqueName: 'taken' }),
  ],
  [400, 80607, 'an update of a closed session', 'POST', () => closed, form({ Ttl: '5' })],
  [400, 80607, 'closing a closed session', 'POST', () => closed, form({ Status: 'closed' })],
  [400, 80608, 'a status that no session goes to', 'POST', () => session, form({ Status: 'failed' })],
  [400, 80608, 'opening a closed session by the wrong word', 'POST', () => closed, form({ Status: 'open' })],
  [400, 80701, 'a missing name', 'POST', () => '/v1/Services'],
  [400, 80701, 'a value of the wrong kind', 'POST', () => service, form({ DefaultTtl: 'x' })],
  [400, 80701, 'a callback to ourselves', 'POST', () => service, form({ CallbackUrl: 'URL' })],
  [
    400,
    80701,
    'an expiry in the past',
    'POST',
    () => `${service}/Sessions`,
    form({ DateExpiry: '2020-01-01' }),
  ],
  [400, 80701, 'moving the expiry into the past', 'POST', () => session, form({ DateExpiry: '2020-01-01' })],
  [
    400,
    80701,
    'participants that are malformed',
    'POST',
    () => `${service}/Sessions`,
    form({ Participants: 'x' }),
  ],
  [
    400,
    80609,
    'three participants',
    'POST',
    () => `${service}/Sessions`,
    form({ Participants: JSON.stringify(Array(3).fill({ Identifier: '+15005550001' })) }),
  ],
];

describe('every code that services and sessions can answer', () => {
  it.each(cases)('%i/%i: %s', async (status, code, _, method, path, options = {}) => {
    const own = options.body as { CallbackUrl?: string } | undefined;
    const resolved = own?.CallbackUrl === 'URL' ? form({ CallbackUrl: `${api.url}/x` }) : options;
    const answer = await api.ask(method, path(), resolved);
    expect(answer.body).toEqual({
      code,
      message: expect.stringMatching(/./) as unknown,
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status,
    });
    expect(answer.status).toBe(status);
  });

  it.each<[number, string, string, () => string, Call]>([
    [405, 'Method not allowed', 'PATCH', () => '/v1/Services', {}],
    [400, 'Page number out of range', 'GET', () => `${service}/Sessions?Page=100000`, {}],
    [
      400,
      'Session status change not supported. To re-open a session, choose In Progress. To close a session, choose Closed.',
      'POST',
      () => closed,
      form({ Status: 'open' }),
    ],
  ])('%i is said in these very words: %s', async (status, message, method, path, options) => {
    expect((await api.ask(method, path(), options)).body).toMatchObject({ status, message });
  });

  it('409/20409: a key that was used with another request', async () => {
    const headers = { 'Idempotency-Key': 'reused' };
    await api.ask('POST', `${service}/Sessions`, { headers, body: { Ttl: '1' } });
    const { body } = await api.ask('POST', `${service}/Sessions`, { headers, body: { Ttl: '2' } });
    expect(body).toMatchObject({ status: 409, code: 20409 });
  });

  it('500/20500: what nobody foresaw, told to the log alone', async () => {
    await api.database.admin.query('alter table maskline.session rename column ttl to tt');
    const { body } = await api.ask('GET', session);
    await api.database.admin.query('alter table maskline.session rename column tt to ttl');
    expect(body).toEqual({
      code: 20500,
      message: 'Internal Server Error',
      more_info: 'https://www.twilio.com/docs/errors/20500',
      status: 500,
    });
  });

  it('503/20503: a database that cannot be reached, with a time to come again', async () => {
    await api.gate.shut();
    const answer = await api.ask('GET', session);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.body).toMatchObject({ code: 20503, message: 'Service Unavailable' });
    expect((await api.ask('GET', '/readyz')).body).toEqual({
      status: 'not ready',
      checks: { database: 'failing', migrations: 'failing' },
    });
    expect((await api.ask('GET', '/healthz')).status).toBe(200);
    await api.gate.open();
    expect((await api.ask('GET', session)).status).toBe(200);
    expect((await api.ask('GET', '/readyz')).status).toBe(200);
  });
});
