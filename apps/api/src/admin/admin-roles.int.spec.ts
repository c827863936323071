import { beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { newSid, type Database } from '#platform';
import { call, cleanUp, testDatabase, webhookReceiver, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

// Every route that Nest makes below /admin/v1 is tried: one that is not known here fails the spec.

const routes: string[] = [];
/** What each does to the world of an account, as its owner may: the status and a body that is good for it. */
const expected: Readonly<Record<string, { readonly status: number; readonly body?: object }>> = {
  'GET /admin/v1/ApiKeys': { status: 200 },
  'POST /admin/v1/ApiKeys': { status: 201, body: { FriendlyName: 'another' } },
  'DELETE /admin/v1/ApiKeys/:keySid': { status: 204 },
  'POST /admin/v1/AuthTokens/Secondary': { status: 201 },
  'DELETE /admin/v1/AuthTokens/Secondary': { status: 204 },
  'POST /admin/v1/AuthTokens/Promote': { status: 200 },
  'GET /admin/v1/Events': { status: 200 },
  'GET /admin/v1/Events/Stream': { status: 200 },
  'GET /admin/v1/Sessions': { status: 200 },
  'POST /admin/v1/Sessions/Close': { status: 200 },
  'POST /admin/v1/Sessions/:sessionSid/Reveal': { status: 200, body: { Reason: 'asked for' } },
  'GET /admin/v1/Statistics': { status: 200 },
  'POST /admin/v1/Services/:serviceSid/TestCallback': { status: 200 },
  'GET /admin/v1/LegalHolds': { status: 200 },
  'POST /admin/v1/LegalHold': { status: 201, body: { Reason: 'a case' } },
  'POST /admin/v1/LegalHold/Release': { status: 200, body: { Reason: 'it is over' } },
  'POST /admin/v1/Sessions/:sessionSid/LegalHold': { status: 201, body: { Reason: 'a case' } },
  'POST /admin/v1/Sessions/:sessionSid/LegalHold/Release': { status: 200, body: { Reason: 'it is over' } },
};
const owned = Object.keys(expected).filter((route) =>
  /(?:POST|DELETE) \S+(?:ApiKeys|AuthTokens|LegalHold)/.test(route),
);

let api: Awaited<ReturnType<typeof serveApi>>;
let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database, {
    onRoute: (method, template) => {
      if (template.startsWith('/admin/v1/')) routes.push(`${method} ${template}`);
    },
  });
  cleanUp(() => api.app.close());
});

/** An account with one of each that routes name. */
async function newWorld() {
  const owner = await api.account();
  const receiver = await webhookReceiver((response) => response.end());
  const made = async (path: string, body: Record<string, string>) => {
    const answer = await call(api.url, 'POST', path, { login: owner, body });
    expect([path, answer.status]).toEqual([path, 201]);
    return String(answer.body?.['sid']);
  };
  const serviceSid = await made('/v1/Services', { UniqueName: 'one', CallbackUrl: `${receiver.url}/status` });
  const sessionSid = await made(`/v1/Services/${serviceSid}/Sessions`, {});
  const { username: keySid } = await api.apiKey(owner.username);
  return { owner, receiver, sids: { serviceSid, sessionSid, keySid } };
}
type World = Awaited<ReturnType<typeof newWorld>>;

async function ask(route: string, login: Login | undefined, sids: Readonly<Record<string, string>>) {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace('/admin/v1/', '').replace(/:(\w+)/g, (_, name: string) => sids[name] ?? '?');
  // Without an end, an answer cannot be waited for.
  if (path === 'Events/Stream') {
    const auth = login === undefined ? {} : { auth: `${login.username}:${login.password}` };
    const request = get(`${api.url}/admin/v1/${path}`, { agent: false, ...auth });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.destroy();
    return { status: response.statusCode, text: '' };
  }
  const body = template.endsWith('/Close') ? { SessionSids: [sids['sessionSid']] } : expected[route]?.body;
  return adminCall(api.url, login, method, path, method === 'POST' ? (body ?? {}) : undefined);
}

async function eventsOf({ username }: Login): Promise<unknown> {
  const text = `select count(*)::int as n, sum(version)::int as v from maskline.event where account_sid = $1`;
  return (await database.admin.query(text, [username])).rows[0];
}

describe('the routes of the admin API', () => {
  it('are those that are tried here', () => {
    expect(routes.sort()).toEqual(Object.keys(expected).sort());
  });

  it('answer nobody', async () => {
    const { sids } = await newWorld();
    for (const route of routes) {
      expect([route, (await ask(route, undefined, sids)).status]).toEqual([route, 401]);
    }
  });

  it('answer the account itself', async () => {
    // In the order of the table, but for the token that is promoted: it must be there again.
    const { owner, sids } = await newWorld();
    const order = Object.entries(expected).filter(([route]) => !route.endsWith('/Promote'));
    for (const [route, { status }] of order) {
      expect([route, (await ask(route, owner, sids)).status]).toEqual([route, status]);
    }
    const second = await adminCall(api.url, owner, 'POST', 'AuthTokens/Secondary');
    expect((await adminCall(api.url, owner, 'POST', 'AuthTokens/Promote')).status).toBe(200);
    expect(second.body?.['secondary_auth_token']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keep keys, tokens and legal holds from an operator', async () => {
    const { owner, sids } = await newWorld();
    const operator = await api.apiKey(owner.username);
    for (const [route, { status }] of Object.entries(expected)) {
      const allowed = owned.includes(route) ? 403 : status;
      expect([route, (await ask(route, operator, sids)).status]).toEqual([route, allowed]);
    }
  });

  it('let a read-only key look and change nothing', async () => {
    const { owner, sids, receiver } = await newWorld();
    const reader = await api.apiKey(owner.username, 'read-only');
    const before = await eventsOf(owner);
    for (const [route, { status }] of Object.entries(expected)) {
      const allowed = route.startsWith('GET ') ? status : 403;
      expect([route, (await ask(route, reader, sids)).status]).toEqual([route, allowed]);
    }
    expect(await eventsOf(owner)).toEqual(before);
    expect(receiver.calls).toEqual([]);
  });
});

describe('a stranger', () => {
  let victim: World;
  let stranger: Login;
  beforeAll(async () => {
    victim = await newWorld();
    stranger = await api.account();
  });

  it('reaches nothing by the SIDs of another account, whatever the route', async () => {
    const before = await eventsOf(victim.owner);
    const nothing = { serviceSid: newSid('KS'), sessionSid: newSid('KC'), keySid: newSid('SK') };
    for (const route of routes.filter((one) => one.includes(':'))) {
      const theirs = await ask(route, stranger, victim.sids);
      const none = await ask(route, stranger, nothing);
      expect([route, theirs.status, none.status]).toEqual([route, 404, 404]);
    }
    const closed = await ask('POST /admin/v1/Sessions/Close', stranger, victim.sids);
    expect(JSON.parse(closed.text)).toMatchObject({
      closed: [],
      failed: [{ sid: victim.sids.sessionSid, code: 20404 }],
    });
    expect(await eventsOf(victim.owner)).toEqual(before);
    expect(victim.receiver.calls).toEqual([]);
  });

  it('is shown nothing of it by what names nothing, or is searched for', async () => {
    const searches = [
      `Sessions?Sid=${victim.sids.sessionSid}`,
      `Sessions?ServiceSid=${victim.sids.serviceSid}`,
      `Events?SessionSid=${victim.sids.sessionSid}`,
      'Sessions',
      'Events',
      'ApiKeys',
      'Statistics',
    ];
    for (const path of searches) {
      const { status, text } = await adminCall(api.url, stranger, 'GET', path);
      expect([path, status]).toEqual([path, 200]);
      for (const sid of [...Object.values(victim.sids), victim.owner.username]) {
        expect(text.replaceAll(`Sid=${sid}`, '')).not.toContain(sid);
      }
    }
  });
});

describe('a read-only key on /v1', () => {
  it('may GET and nothing else, and sees of identifiers the last four digits', async () => {
    const owner = await api.account();
    const made = async (path: string, body: Record<string, string>) => {
      const answer = await call(api.url, 'POST', path, { login: owner, body });
      expect([path, answer.status]).toEqual([path, 201]);
      return String(answer.body?.['sid']);
    };
    const service = `/v1/Services/${await made('/v1/Services', { UniqueName: 'two' })}`;
    await made(`${service}/PhoneNumbers`, { PhoneNumber: '+15005550171' });
    const session = `${service}/Sessions/${await made(`${service}/Sessions`, {})}`;
    const identifier = '+15005550271';
    const participant = await made(`${session}/Participants`, {
      Identifier: identifier,
      FriendlyName: 'Ann',
    });
    const login = await api.apiKey(owner.username, 'read-only');
    const paths = [service, session, `${session}/Participants`, `${session}/Participants/${participant}`];
    for (const path of paths) {
      const { status, text } = await call(api.url, 'GET', path, { login });
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toContain(identifier);
      if (path.includes('/Participants')) expect(text).toContain('"+1500555XXXX"');
      const refused = await call(api.url, path.endsWith('s') ? 'POST' : 'DELETE', path, { login });
      expect(refused).toMatchObject({ status: 403, body: { code: 20403 } });
    }
    expect((await call(api.url, 'GET', `${session}/Participants`, { login: owner })).text).toContain(
      identifier,
    );
  });
});
