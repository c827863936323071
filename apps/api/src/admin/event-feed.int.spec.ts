import { beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request as send, type IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { MasterKey } from '#application';
import { newSid, type Database } from '#platform';
import { call, cleanUp, testDatabase, waitFor, type Login } from '#testing';
import { feedSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';
import { EventFeed } from './event-feed.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let owner: Login;
let service: string;
let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database);
  cleanUp(() => api.app.close());
  owner = await api.account();
  service = await made('/v1/Services', { UniqueName: 'one' });
});

async function made(path: string, body: Record<string, string>, login = owner): Promise<string> {
  const answer = await call(api.url, 'POST', path, { login, body });
  expect([path, answer.status]).toEqual([path, 201]);
  return String(answer.body?.['sid']);
}
const session = () => made(`/v1/Services/${service}/Sessions`, {});

async function feed(query: string, login = owner) {
  const { status, body } = await adminCall(api.url, login, 'GET', `Events?${query}`);
  expect([query, status]).toEqual([query, 200]);
  return feedSchema.parse(body);
}

describe('the feed of events', () => {
  it('is walked by its cursor from the beginning, each event once and in order', async () => {
    const sids = await Promise.all(Array.from({ length: 5 }, session));
    const seen: z.infer<typeof feedSchema>['events'] = [];
    for (let page = await feed('Limit=2'); ; page = await feed(`Limit=2&After=${page.after}`)) {
      seen.push(...page.events);
      expect(page.events.length).toBeLessThanOrEqual(2);
      if (!page.has_more && page.events.length === 0) break;
    }
    const positions = seen.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(seen[0]).toMatchObject({ type: 'AccountCreated' });
    for (const sid of sids) expect(seen.filter(({ session_sid }) => session_sid === sid)).toHaveLength(1);
  });

  it('is narrowed by types and by session', async () => {
    const sid = await session();
    await call(api.url, 'POST', `/v1/Services/${service}/Sessions/${sid}`, {
      login: owner,
      body: { Status: 'closed' },
    });
    const { events } = await feed(`SessionSid=${sid}`);
    expect(events.map(({ type }) => type)).toEqual(['SessionCreated', 'SessionClosed']);
    const closed = await feed(`SessionSid=${sid}&Types=SessionClosed,SessionExpired`);
    expect(closed.events.map(({ type }) => type)).toEqual(['SessionClosed']);
    const all = await feed('Types=SessionClosed');
    expect(new Set(all.events.map(({ type }) => type))).toEqual(new Set(['SessionClosed']));
    expect((await feed(`SessionSid=${sid}&After=${events[0]?.position ?? 0}`)).events).toHaveLength(1);
  });

  it('opens personal fields, but not for a read-only key', async () => {
    const identifier = '+15005550701';
    await made(`/v1/Services/${service}/PhoneNumbers`, { PhoneNumber: '+15005550107' });
    const sid = await session();
    const place = `/v1/Services/${service}/Sessions/${sid}/Participants`;
    await made(place, { Identifier: identifier, FriendlyName: 'Ann' });
    const query = `SessionSid=${sid}&Types=ParticipantAdded`;
    const operator = await api.apiKey(owner.username);
    for (const login of [owner, operator]) {
      expect((await feed(query, login)).events).toMatchObject([
        { data: { identifier, friendlyName: 'Ann' } },
      ]);
    }
    const reader = await api.apiKey(owner.username, 'read-only');
    expect((await feed(query, reader)).events).toMatchObject([
      { data: { identifier: '+1500555XXXX', friendlyName: null, proxyIdentifier: '+15005550107' } },
    ]);
  });

  it('waits for an event that is not there yet, of its own process or of another', async () => {
    // As another process over the same database: what it appends is heard of by way of the database alone.
    const another = await serveApi(database, { masterKey: api.app.get(MasterKey).key });
    cleanUp(() => another.app.close());
    for (const { url } of [api, another]) {
      const { after } = await feed('Limit=1000');
      const reads = countReads(api.app.get(EventFeed));
      const waiting = feed(`After=${after}&Wait=30`);
      await waitFor(() => reads.count > 0);
      const path = `/v1/Services/${service}/Sessions`;
      const created = await call(url, 'POST', path, { login: owner, body: {} });
      expect((await waiting).events).toMatchObject([{ session_sid: created.body?.['sid'] }]);
    }
  });

  it('tells nothing to a key that was revoked while it waited', async () => {
    const key = await api.apiKey(owner.username);
    const { after } = await feed('Limit=1000');
    const waiting = adminCall(api.url, key, 'GET', `Events?After=${after}&Types=SessionCreated&Wait=30`);
    const login = async () => (await adminCall(api.url, key, 'GET', 'Events?Limit=1')).status;
    await waitFor(async () => (await login()) === 200);
    await api.revoke(key, owner.username);
    await waitFor(async () => (await login()) === 401);
    await session();
    expect(await waiting).toMatchObject({ status: 401, body: { code: 20003 } });
  });

  it('answers empty when nothing came in time, and where to go on', async () => {
    const { after } = await feed('Limit=1000');
    const page = await feed(`After=${after}&Wait=1`);
    expect(page).toMatchObject({ events: [], has_more: false });
    expect(page.after).toBeGreaterThanOrEqual(after);
  });

  it.each([
    'After=x',
    'After=-1',
    'Limit=1001',
    'Wait=31',
    'Types=a;b',
    'Types=SessionClsed',
    'SessionSid=KS1',
  ])('refuses %s', async (query) => {
    const answer = await adminCall(api.url, owner, 'GET', `Events?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
  });

  it('lets no more than ten callers of an account wait', async () => {
    const login = await api.account();
    const { after } = await feed('Limit=10', login);
    const waiting = Array.from({ length: 10 }, () => feed(`After=${after}&Wait=20`, login));
    const refused = await waitFor(async () => {
      const answer = await adminCall(api.url, login, 'GET', `Events?After=${after}&Wait=1`);
      return answer.status === 503 && answer;
    });
    expect(refused).toMatchObject({ body: { code: 20503 }, headers: { 'retry-after': '1' } });
    // Without waiting nobody is in the way.
    expect(await feed(`After=${after}`, login)).toMatchObject({ events: [] });
    await made('/v1/Services', { UniqueName: 'wakes' }, login);
    for (const page of await Promise.all(waiting)) expect(page.events).toHaveLength(1);
  });
});

describe('the stream of events', () => {
  async function follow(query: string, headers: Record<string, string> = {}, login = owner) {
    const request = send(`${api.url}/admin/v1/Events/Stream${query}`, {
      agent: false,
      headers: { ...headers, authorization: `Basic ${btoa(`${login.username}:${login.password}`)}` },
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const stop = () => {
      response.destroy();
    };
    cleanUp(stop);
    return { response, stop };
  }

  function collect(response: IncomingMessage) {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    return {
      text: () => text,
      ids: () => [...text.matchAll(/^id: (\d+)\nevent:/gm)].map(([, id]) => Number(id)),
    };
  }

  it('begins with what happens next, and is resumed where it broke off', async () => {
    const first = await follow('');
    expect(first.response).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    });
    const seen = collect(first.response);
    await waitFor(() => seen.text().includes('retry: 1000'));
    const sid = await session();
    await waitFor(() => seen.ids().length === 1);
    expect(seen.text()).toMatch(/\nevent: SessionCreated\ndata: {.*}\n\n/);
    expect(seen.text()).toContain(sid);
    first.stop();

    const missed = await Promise.all(Array.from({ length: 3 }, session));
    const second = await follow('', { 'last-event-id': String(seen.ids()[0]) });
    const resumed = collect(second.response);
    await waitFor(() => resumed.ids().length === 3);
    for (const one of missed) expect(resumed.text()).toContain(one);
    expect(resumed.text()).not.toContain(sid);
    second.stop();
  });

  it('ends for a key that was revoked, before it tells anything more', async () => {
    const key = await api.apiKey(owner.username);
    const { response } = await follow('?Types=SessionCreated', {}, key);
    const seen = collect(response);
    await waitFor(() => seen.text().includes('retry: 1000'));
    await api.revoke(key, owner.username);
    const login = async () => (await adminCall(api.url, key, 'GET', 'Events?Limit=1')).status;
    await waitFor(async () => (await login()) === 401);
    await session();
    await once(response, 'end');
    expect(seen.ids()).toEqual([]);
  });

  it('tells nothing of another account', async () => {
    const other = await api.account();
    const { response, stop } = await follow('?After=0', {}, other);
    const seen = collect(response);
    await session();
    await made('/v1/Services', { UniqueName: 'own' }, other);
    await waitFor(() => seen.text().includes('event: ServiceCreated'));
    expect(seen.text()).not.toContain(owner.username);
    expect(seen.ids()).toHaveLength(2);
    stop();
  });

  it('reads no further for a client that takes nothing, and loses nothing for it', async () => {
    const login = await api.account();
    // More than the buffers on the way take, by far.
    const many = 8_000;
    await database.admin.query(
      `insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
         correlation_id, actor, occurred_at, recorded_at, data, content_hash)
       select 0, h.position + i, $1, i, 'Filled', 1, gen_random_uuid(), $2, i::text, 'x', 'x', now(), now(),
         jsonb_build_object('text', repeat('x', 4000)), '\\x00' from maskline.partition_head h, generate_series(1, ${many}) i`,
      [newSid('KC'), login.username],
    );
    await database.admin.query(`update maskline.partition_head set position = position + ${many}`);
    const reads = countReads(api.app.get(EventFeed));
    const slow = await follow('?After=0', {}, login);
    // Nobody reads: what the system's own buffers do not take is not read from the log.
    slow.response.pause();
    await settled(() => reads.count);
    const before = reads.count;
    expect(before).toBeLessThan(many / 50 / 2);

    const seen = collect(slow.response);
    slow.response.resume();
    await waitFor(() => seen.text().length > many * 4000 && seen.ids().length === many + 1, {
      every: 500,
    });
    const ids = seen.ids();
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(reads.count).toBeGreaterThan(before);
    slow.stop();
  });

  it('ends when the process stops, and keeps it from nothing', async () => {
    const another = await serveApi(database);
    const login = await another.account();
    // As browsers and other clients do, who would keep the connection.
    const agent = new Agent({ keepAlive: true });
    cleanUp(() => {
      agent.destroy();
    });
    const request = send(`${another.url}/admin/v1/Events/Stream`, {
      agent,
      auth: `${login.username}:${login.password}`,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const ended = once(response.resume(), 'end');
    await another.app.close();
    await ended;
    expect(response.complete).toBe(true);
  });

  it('gives its place back when the client goes', async () => {
    const login = await api.account();
    const streams = [];
    for (let i = 0; i < 10; i++) streams.push(await follow('', {}, login));
    const { response } = await follow('', {}, login);
    expect(response.statusCode).toBe(503);
    for (const { stop } of streams) stop();
    await waitFor(async () => {
      const again = await follow('', {}, login);
      again.stop();
      return again.response.statusCode === 200;
    });
  });
});

/** Counts the looks at the log. */
function countReads(feed: EventFeed) {
  const counted = { count: 0 };
  const read = feed.read.bind(feed);
  feed.read = (...args) => {
    counted.count += 1;
    return read(...args);
  };
  return counted;
}

/** Waits until a number has stayed the same over several looks. */
async function settled(value: () => number): Promise<void> {
  let last = value();
  let same = 0;
  await waitFor(() => {
    const now = value();
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
    return same > 20;
  });
}
