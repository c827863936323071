import { beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type Api } from './start-api.js';

let api: Api;
let service: string;
let session: string;

beforeAll(async () => {
  api = await startApi();
  const created = await api.ask('POST', '/v1/Services', { body: { UniqueName: 'victim' } });
  service = `/v1/Services/${String(created.body?.['sid'])}`;
  const child = await api.ask('POST', `${service}/Sessions`, { body: { UniqueName: 'victim' } });
  session = `${service}/Sessions/${String(child.body?.['sid'])}`;
});

/** The whole history: whatever changed anything would be in it. */
async function eventCount(): Promise<number> {
  const { rows } = await api.database.admin.query<{ count: number }>('select count(*) from maskline.event');
  return rows[0]?.count ?? -1;
}

const parameters = [
  'UniqueName',
  'DefaultTtl',
  'CallbackUrl',
  'InterceptCallbackUrl',
  'OutOfSessionCallbackUrl',
  'GeoMatchLevel',
  'NumberSelectionBehavior',
  'ChatInstanceSid',
  'DateExpiry',
  'Ttl',
  'Mode',
  'Status',
  'Participants',
  'FailOnParticipantConflict',
];
const everyParameter = (value: string) => parameters.map((name) => `${name}=${value}`).join('&');

/** Each is refused by every endpoint that takes a form, with its status. */
const bodies: [what: string, body: string | Buffer, status: number][] = [
  ['a NUL', everyParameter('a%00b'), 400],
  ['a raw NUL', everyParameter('a\0b'), 400],
  ['half a surrogate pair', everyParameter('%ED%A0%80'), 400],
  [
    'half a surrogate pair in JSON',
    'Participants=%7B%22Identifier%22%3A%22%5Cud800%22%7D&UniqueName=%00',
    400,
  ],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.from('UniqueName='), Buffer.from([0xc3, 0x28])]), 400],
  ['overlong UTF-8', everyParameter('%C0%80'), 400],
  ['a cut percent sign', everyParameter('%'), 400],
  ['a wrong percent sign', everyParameter('%u0041'), 400],
  ['a bad name of a parameter', '%00=1&%ff=2', 400],
  ['ten thousand parameters', 'UniqueName=x&'.repeat(10_000), 400],
  ['three megabytes', Buffer.alloc(3_000_000, 'UniqueName=x&'), 413],
  ['a number beyond all numbers', `DefaultTtl=${'9'.repeat(1000)}&Ttl=${'9'.repeat(1000)}`, 400],
  ['numbers that are none', 'DefaultTtl=NaN&Ttl=Infinity', 400],
  [
    'a deep JSON',
    `Participants=${'['.repeat(100_000)}&UniqueName=${'x'.repeat(200)}&DefaultTtl=x&Ttl=x`,
    400,
  ],
  ['a year that no database knows', 'DateExpiry=0000-01-01&UniqueName=&DefaultTtl=x', 400],
  ['a date beyond the calendar', 'DateExpiry=9999-99-99&UniqueName=&DefaultTtl=x', 400],
];

const takers: [string, () => string][] = [
  ['create a service', () => '/v1/Services'],
  ['update a service', () => service],
  ['create a session', () => `${service}/Sessions`],
  ['update a session', () => session],
];

describe.each(takers)('to %s', (_, path) => {
  it.each(bodies)('with %s is refused and changes nothing', async (_what, body, status) => {
    const before = await eventCount();
    const answer = await api.ask('POST', path(), { body });
    expect([answer.status, answer.body?.['status']]).toEqual([status, status]);
    expect(await eventCount()).toBe(before);
  });
});

const words = [
  '%',
  '%zz',
  '%ff',
  '%00',
  'a%00b',
  '%ED%A0%80',
  '%C0%80',
  '..',
  '%2e%2e%2f',
  '%2F',
  '__proto__',
  'constructor',
  "'%20or%201=1--",
  '{}',
  '*',
  '%F0%9F%98%80'.repeat(300),
  'x'.repeat(8_000),
];

describe.each([
  ['a service', () => '/v1/Services/'],
  ['a session', () => `${service}/Sessions/`],
  ['sessions', () => '/v1/Services/'],
])('the path of %s', (what, above) => {
  it.each(words)('with the name %s leads nowhere', async (word) => {
    const before = await eventCount();
    const path = above() + word + (what === 'sessions' ? '/Sessions' : '');
    for (const method of ['GET', 'POST', 'DELETE']) {
      const { status } = await api.ask(method, path);
      expect([method, status]).toEqual([
        method,
        what === 'sessions' && method === 'DELETE' && status === 405 ? 405 : 404,
      ]);
    }
    expect(await eventCount()).toBe(before);
  });
});

describe('the query of a list', () => {
  it.each([
    ['PageSize=%00&Page=%ff&PageToken=%', 400],
    ['PageToken=PT%00', 400],
    [`PageToken=PT${'A'.repeat(5000)}`, 400],
    ['Page=999999999999999999999', 400],
    ['PageSize=1e9&Page=-1', 200],
    ['__proto__=x&constructor=y', 200],
    ['&&&===&', 200],
    ['a=1&'.repeat(2000), 200],
  ])('%s is answered with %i', async (query, status) => {
    for (const path of ['/v1/Services', `${service}/Sessions`]) {
      expect((await api.ask('GET', `${path}?${query}`)).status).toBe(status);
    }
  });
});

describe('the head of a request', () => {
  it.each([
    ['a huge header', { 'X-Huge': 'x'.repeat(100_000) }, 431],
    [
      'a thousand headers',
      Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`X-${i}`, 'y'.repeat(50)])),
      431,
    ],
    ['an odd host', { Host: '"><script>alert(1)</script>' }, 200],
    ['an odd trace', { traceparent: '\u00ff'.repeat(100) }, 200],
    ['an odd type', { 'Content-Type': '\u00ff;;;' }, 200],
    ['an odd version', { 'Accept-Version': '*' }, 200],
  ])('with %s is answered', async (_, headers, status) => {
    expect((await api.ask('GET', session, { headers })).status).toBe(status);
  });
});

it('lives on as if nothing had been', async () => {
  expect((await api.ask('GET', session)).body).toMatchObject({
    status: 'open',
    unique_name: 'victim',
    ttl: 0,
  });
  expect((await api.ask('GET', service)).body).toMatchObject({ unique_name: 'victim', default_ttl: 0 });
});
