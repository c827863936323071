import { beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { Alerts } from '#application';
import { addConsumer, listConsumers } from '#event-store';
import { newSid, type Database } from '#platform';
import { openQueues } from '#queues';
import { call, cleanUp, testDatabase, waitFor, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';
import { toldService } from './spec/told-service.js';

// Every route that Nest makes below /admin/v1 is tried: one that is not known here fails the spec.

const routes: string[] = [];
const ofInstallation = newSid('AC');
/** What each does to the world of an account, as its owner may: the status and a body that is good for it. */
const expected: Readonly<Record<string, { readonly status: number; readonly body?: object }>> = {
  'GET /admin/v1/Alerts': { status: 200 },
  'GET /admin/v1/Alerts/:alertSid': { status: 200 },
  'GET /admin/v1/ApiKeys': { status: 200 },
  'POST /admin/v1/ApiKeys': { status: 201, body: { FriendlyName: 'another' } },
  'DELETE /admin/v1/ApiKeys/:keySid': { status: 204 },
  'POST /admin/v1/AuthTokens/Secondary': { status: 201 },
  'DELETE /admin/v1/AuthTokens/Secondary': { status: 204 },
  'POST /admin/v1/AuthTokens/Promote': { status: 200 },
  'GET /admin/v1/CallbackEndpoints': { status: 200 },
  'GET /admin/v1/DeadLetters': { status: 200 },
  'GET /admin/v1/DeadLetters/:deadLetterId': { status: 200 },
  'POST /admin/v1/DeadLetters/:deadLetterId/Retry': { status: 200 },
  // Something was asked for it already, by the route before.
  'POST /admin/v1/DeadLetters/:deadLetterId/Skip': { status: 409, body: { Reason: 'ticket 12' } },
  'GET /admin/v1/Events': { status: 200 },
  'GET /admin/v1/Events/Stream': { status: 200 },
  'GET /admin/v1/Sessions': { status: 200 },
  'POST /admin/v1/Sessions/Close': { status: 200 },
  'POST /admin/v1/Sessions/:sessionSid/Reveal': { status: 200, body: { Reason: 'asked for' } },
  'GET /admin/v1/Statistics': { status: 200 },
  'GET /admin/v1/Services/:serviceSid/StopWords': { status: 200 },
  'POST /admin/v1/Services/:serviceSid/StopWords': { status: 200, body: { Respect: false } },
  'GET /admin/v1/Services/:serviceSid/Deliveries': { status: 200 },
  'GET /admin/v1/Services/:serviceSid/Deliveries/:deliverySid': { status: 200 },
  'POST /admin/v1/Services/:serviceSid/Deliveries/:deliverySid/Redeliver': { status: 200 },
  'POST /admin/v1/Services/:serviceSid/Deliveries/Redeliver': { status: 200 },
  'POST /admin/v1/Services/:serviceSid/EnableCallback': { status: 200 },
  'POST /admin/v1/Services/:serviceSid/TestCallback': { status: 200 },
  'GET /admin/v1/LegalHolds': { status: 200 },
  'POST /admin/v1/LegalHold': { status: 201, body: { Reason: 'a case' } },
  'POST /admin/v1/LegalHold/Release': { status: 200, body: { Reason: 'it is over' } },
  'POST /admin/v1/Sessions/:sessionSid/LegalHold': { status: 201, body: { Reason: 'a case' } },
  'POST /admin/v1/Sessions/:sessionSid/LegalHold/Release': { status: 200, body: { Reason: 'it is over' } },
};
/** The same for the account of the installation; to all others they are closed. */
const shared: typeof expected = {
  'GET /admin/v1/Consumers': { status: 200 },
  'POST /admin/v1/Consumers': { status: 201, body: { Name: 'ledger' } },
  'GET /admin/v1/Consumers/:consumerName': { status: 200 },
  'POST /admin/v1/Consumers/:consumerName/Pause': { status: 200 },
  'POST /admin/v1/Consumers/:consumerName/Resume': { status: 200 },
  'POST /admin/v1/Consumers/:consumerName/Retry': { status: 200 },
  'DELETE /admin/v1/Consumers/:consumerName': { status: 204 },
  'POST /admin/v1/Webhooks': { status: 201, body: { Name: 'hook', Url: 'https://app.example.com/' } },
  // The ledger is removed by then.
  'POST /admin/v1/Webhooks/:consumerName': { status: 404, body: { NewSecret: true } },
};
const owned = Object.keys({ ...expected, ...shared }).filter((route) =>
  /(?:POST|DELETE) \S+(?:ApiKeys|AuthTokens|LegalHold|Webhooks)/.test(route),
);

let api: Awaited<ReturnType<typeof serveApi>>;
let database: Database;

beforeAll(async () => {
  const { url, database: own } = await testDatabase();
  database = own;
  const queues = openQueues({ REDIS_URL: undefined, DATABASE_URL: url }, 'spec');
  await queues.migrate();
  cleanUp(() => queues.close());
  api = await serveApi(database, {
    queues,
    ofInstallation,
    onRoute: (method, template) => {
      if (template.startsWith('/admin/v1/')) routes.push(`${method} ${template}`);
    },
  });
  cleanUp(() => api.app.close());
});

/** An account with one of each that routes name. */
async function newWorld() {
  const owner = await api.account();
  const service = await toldService(api, owner, (response) => response.end());
  await service.text({ Body: 'Hello!' });
  await service.tell();
  const { receiver, serviceSid, sessionSid } = service;
  api.app.get(Alerts).raise(80901, { accountSid: owner.username, serviceSid });
  const { username: keySid } = await api.apiKey(owner.username);
  const first = async (path: string, key: string) => {
    const { body } = await adminCall(api.url, owner, 'GET', path);
    const [one] = z.array(z.object({ sid: z.string() })).parse(body?.[key]);
    return one?.sid;
  };
  const deliverySid = (await first(`Services/${serviceSid}/Deliveries`, 'deliveries')) ?? '';
  const alertSid = await waitFor(() => first('Alerts', 'alerts'));
  const { rows } = await database.admin.query<{ id: number }>(
    `insert into maskline.dead_letter (partition, subscription, stream_id, version, position, event_id, type, error)
     select partition, 'cascade', stream_id, version, position, event_id, type, 'TypeError' from maskline.event
     where stream_id = $1 and version = 1 returning id`,
    [sessionSid],
  );
  const deadLetterId = String(rows[0]?.id);
  return {
    owner,
    receiver,
    calls: receiver.calls.length,
    sids: { serviceSid, sessionSid, keySid, deliverySid, alertSid, deadLetterId, consumerName: 'ledger' },
  };
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
  const { body: good } = expected[route] ?? shared[route] ?? {};
  const body = template.endsWith('/Close') ? { SessionSids: [sids['sessionSid']] } : good;
  return adminCall(api.url, login, method, path, method === 'POST' ? (body ?? {}) : undefined);
}

/** Without what the carrier reports of the text, which comes when it comes. */
async function eventsOf({ username }: Login): Promise<unknown> {
  const text = `select count(*)::int as n, array_agg(type order by position) as types from maskline.event
    where account_sid = $1 and type <> 'InteractionLegStatusChanged'`;
  return (await database.admin.query(text, [username])).rows[0];
}

describe('the routes of the admin API', () => {
  it('are those that are tried here', () => {
    expect(routes.sort()).toEqual(Object.keys({ ...expected, ...shared }).sort());
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
    const { owner, sids, receiver, calls } = await newWorld();
    const reader = await api.apiKey(owner.username, 'read-only');
    const before = await eventsOf(owner);
    for (const [route, { status }] of Object.entries(expected)) {
      const allowed = route.startsWith('GET ') ? status : 403;
      expect([route, (await ask(route, reader, sids)).status]).toEqual([route, allowed]);
    }
    expect(await eventsOf(owner)).toEqual(before);
    expect(receiver.calls).toHaveLength(calls);
  });
});

describe('the routes of what the accounts of an installation share', () => {
  it('answer the account that the settings name, by the roles of its keys', async () => {
    const owner = await api.account(ofInstallation);
    const operator = await api.apiKey(ofInstallation);
    const reader = await api.apiKey(ofInstallation, 'read-only');
    const sids = { consumerName: 'ledger' };
    for (const login of [owner, operator]) {
      for (const [route, { status }] of Object.entries(shared)) {
        const allowed = login === operator && owned.includes(route) ? 403 : status;
        expect([route, (await ask(route, login, sids)).status]).toEqual([route, allowed]);
      }
    }
    await addConsumer(database.admin, 'ledger', null, 'now');
    for (const [route, { status }] of Object.entries(shared)) {
      const allowed = route.startsWith('GET ') ? status : 403;
      expect([route, (await ask(route, reader, sids)).status]).toEqual([route, allowed]);
    }
    expect(await listConsumers(database.admin)).toMatchObject([
      { name: 'hook' },
      { name: 'ledger', pausedAt: null },
    ]);
  });

  it('are closed to every other', async () => {
    const owner = await api.account();
    const sids = { consumerName: 'ledger' };
    for (const route of Object.keys(shared)) {
      expect([route, (await ask(route, owner, sids)).status]).toEqual([route, 403]);
    }
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
    const nothing = {
      serviceSid: newSid('KS'),
      sessionSid: newSid('KC'),
      keySid: newSid('SK'),
      deliverySid: `DL${'0'.repeat(32)}`,
      alertSid: newSid('NO'),
      deadLetterId: '999999999',
    };
    for (const route of Object.keys(expected).filter((one) => one.includes(':'))) {
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
    expect(victim.receiver.calls).toHaveLength(victim.calls);
  });

  it('is shown nothing of it by what names nothing, or is searched for', async () => {
    const searches = [
      `Sessions?Sid=${victim.sids.sessionSid}`,
      `Sessions?ServiceSid=${victim.sids.serviceSid}`,
      `Events?SessionSid=${victim.sids.sessionSid}`,
      'Sessions',
      'Alerts',
      'CallbackEndpoints',
      'DeadLetters',
      'Events',
      'ApiKeys',
      'Statistics',
    ];
    for (const path of searches) {
      const { status, text } = await adminCall(api.url, stranger, 'GET', path);
      expect([path, status]).toEqual([path, 200]);
      const { serviceSid, sessionSid, keySid, deliverySid, alertSid } = victim.sids;
      for (const sid of [serviceSid, sessionSid, keySid, deliverySid, alertSid, victim.owner.username]) {
        expect(text.replaceAll(`Sid=${sid}`, '')).not.toContain(sid);
      }
    }
  });
});

describe('a read-only key on /v1', () => {
  it('may GET and nothing else, and sees neither who people are nor what they say', async () => {
    const owner = await api.account();
    const identifier = '+12025550271';
    const service = await toldService(api, owner, (response) => response.end(), identifier);
    const media = 'https://media.example.com/canary.jpg';
    const interaction = await service.text({ Body: 'a canary', MediaUrl: media });
    const participant = `${service.path}/Participants/${service.participantSid}`;
    const login = await api.apiKey(owner.username, 'read-only');
    const paths = [
      `/v1/Services/${service.serviceSid}`,
      `/v1/Services/${service.serviceSid}/PhoneNumbers`,
      service.path,
      `${service.path}/Participants`,
      participant,
      `${service.path}/Interactions`,
      `${service.path}/Interactions/${interaction}`,
      `${participant}/MessageInteractions`,
      `${participant}/MessageInteractions/${interaction}`,
    ];
    for (const path of paths) {
      const { status, text } = await call(api.url, 'GET', path, { login });
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toMatch(/2025550271|Ann|canary/);
      const opened = (await call(api.url, 'GET', path, { login: owner })).text;
      if (path.endsWith('Participants') || path === participant) {
        expect(text).toContain('"identifier":"+1202555XXXX"');
        expect(opened).toMatch(/2025550271.*Ann/);
      }
      if (path.includes('Interactions')) {
        expect(text).toContain('"data":null');
        expect(opened).toContain('a canary');
      }
    }
    for (const [method, path] of [
      ['DELETE', `/v1/Services/${service.serviceSid}`],
      ['POST', service.path],
      ['POST', `${service.path}/Participants`],
      ['DELETE', participant],
      ['POST', `${participant}/MessageInteractions`],
      ['DELETE', `${service.path}/Interactions/${interaction}`],
    ] as const) {
      const refused = await call(api.url, method, path, { login });
      expect([path, refused.status, refused.body?.['code']]).toEqual([path, 403, 20403]);
    }
  });

  it('does not see what callback URLs log in with', async () => {
    const owner = await api.account();
    const reader = await api.apiKey(owner.username, 'read-only');
    const secret = 'https://user:pw-secret@app.example.test/told?token=tk-secret#rc=1';
    const urls = { CallbackUrl: secret, InterceptCallbackUrl: secret, OutOfSessionCallbackUrl: secret };
    const made = await call(api.url, 'POST', '/v1/Services', {
      login: owner,
      body: { UniqueName: 'secretive', ...urls },
    });
    const paths = [
      '/v1/Services',
      `/v1/Services/${String(made.body?.['sid'])}`,
      '/admin/v1/Events?Limit=1000',
    ];
    for (const path of paths) {
      const seen = await call(api.url, 'GET', path, { login: reader });
      expect([path, seen.status]).toEqual([path, 200]);
      expect(seen.text).not.toMatch(/pw-secret|tk-secret/);
      expect(seen.text.match(/https:\/\/app\.example\.test\/told"/g)).toHaveLength(3);
      expect((await call(api.url, 'GET', path, { login: owner })).text).toContain('pw-secret');
    }
    const auth = `${reader.username}:${reader.password}`;
    const request = get(`${api.url}/admin/v1/Events/Stream?After=0`, { agent: false, auth });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let streamed = '';
    for await (const chunk of response.setEncoding('utf8')) {
      streamed += String(chunk);
      if (streamed.includes('ServiceCreated') && streamed.endsWith('\n\n')) break;
    }
    response.destroy();
    expect(streamed).toContain('https://app.example.test/told"');
    expect(streamed).not.toMatch(/pw-secret|tk-secret/);
  });

  it('does not see the phones of the simulator', async () => {
    const owner = await api.account();
    const path = '/simulator/phones/+12025550271/messages';
    const reader = await api.apiKey(owner.username, 'read-only');
    expect((await call(api.url, 'GET', path, { login: owner })).status).toBe(200);
    expect((await call(api.url, 'GET', path, { login: reader })).status).toBe(403);
  });
});
