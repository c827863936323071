import { beforeAll, describe, expect, it } from '@jest/globals';
import { findStream, readStream, upcasters } from '#event-store';
import type { Database } from '#platform';
import { call, cleanUp, testDatabase, type Login } from '#testing';
import { closedSchema, foundSessionPageSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let database: Database;
let owner: Login;
let operator: Login;
let service: string;
let other: string;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database);
  cleanUp(() => api.app.close());
  owner = await api.account();
  operator = await api.apiKey(owner.username);
  service = await made('/v1/Services', { UniqueName: 'one' });
  other = await made('/v1/Services', { UniqueName: 'two' });
  for (let i = 1; i < 4; i++) {
    await made(`/v1/Services/${service}/PhoneNumbers`, { PhoneNumber: `+1500555010${i}` });
  }
});

async function made(path: string, body: Record<string, string>): Promise<string> {
  const answer = await call(api.url, 'POST', path, { login: owner, body });
  expect([path, answer.status]).toEqual([path, 201]);
  return String(answer.body?.['sid']);
}

const session = (of: string, body: Record<string, string> = {}) => made(`/v1/Services/${of}/Sessions`, body);

async function search(query: string) {
  const { status, body, text } = await adminCall(api.url, operator, 'GET', `Sessions?${query}`);
  expect([query, status, text]).toEqual([query, 200, text]);
  const { sessions, meta } = foundSessionPageSchema.parse(body);
  return { sessions, sids: sessions.map(({ sid }) => sid), meta };
}

describe('the search for sessions', () => {
  it('finds by SID, name, service, status, mode and dates, newest first', async () => {
    const voice = await session(service, { UniqueName: 'named', Mode: 'voice-only' });
    const closed = await session(other, { UniqueName: 'named', Status: 'closed' });
    const running = await session(other, { Status: 'in-progress', Mode: 'message-only' });
    const mine = async (query: string) => {
      const { sids } = await search(query);
      return sids.filter((sid) => [voice, closed, running].includes(sid));
    };

    expect(await mine('')).toEqual([running, closed, voice]);
    expect(await mine(`Sid=${voice}`)).toEqual([voice]);
    expect(await mine(`Sid=${voice}&ServiceSid=${other}`)).toEqual([]);
    expect(await mine(`Sid=${voice.toLowerCase()}`)).toEqual([voice]);
    expect(await mine('UniqueName=named')).toEqual([closed, voice]);
    expect(await mine(`UniqueName=named&ServiceSid=${service}`)).toEqual([voice]);
    expect(await mine(`ServiceSid=${other}`)).toEqual([running, closed]);
    expect(await mine('Status=closed')).toEqual([closed]);
    expect(await mine('Status=open')).toEqual([voice]);
    expect(await mine('Status=in-progress')).toEqual([running]);
    expect(await mine('Mode=voice-only')).toEqual([voice]);
    expect(await mine('DateCreatedTo=2020-01-01')).toEqual([]);
    expect(await mine('DateCreatedFrom=2020-01-01&DateEndedFrom=2020-01-01')).toEqual([closed]);
  });

  it('takes a session whose deadline has passed for closed, as the API does', async () => {
    const overdue = await session(service, { Ttl: '3600' });
    await database.admin.query(
      `update maskline.session set expires_at = maskline.clock() - interval '1 second' where sid = $1`,
      [overdue],
    );
    expect((await search('Status=open')).sids).not.toContain(overdue);
    const { sessions } = await search('Status=closed');
    expect(sessions.find(({ sid }) => sid === overdue)).toMatchObject({ status: 'closed' });
  });

  it('finds by who is or was in it, and shows of identifiers the last four digits to everybody', async () => {
    const sid = await session(service);
    const place = `/v1/Services/${service}/Sessions/${sid}/Participants`;
    const identifier = '+15005550601';
    const participant = await made(place, { Identifier: identifier });
    for (const login of [owner, operator, await api.apiKey(owner.username, 'read-only')]) {
      const { text } = await adminCall(api.url, login, 'GET', `Sessions?Sid=${sid}`);
      expect(text).toContain('"+1500555XXXX"');
      expect(text).not.toContain(identifier);
    }
    const asked = `Identifier=${encodeURIComponent(identifier)}`;
    expect((await search(asked)).sids).toEqual([sid]);
    await call(api.url, 'DELETE', `${place}/${participant}`, { login: owner });
    expect((await search(asked)).sids).toEqual([sid]);
    expect((await search(`${asked}&Status=closed`)).sids).toEqual([]);
    expect((await search('Identifier=%2B15005550999')).sids).toEqual([]);
  });

  it('walks through all pages without missing or repeating one', async () => {
    const all = await Promise.all(Array.from({ length: 7 }, () => session(other, { UniqueName: '' })));
    const query = `ServiceSid=${other}&PageSize=2`;
    const walked: string[] = [];
    for (let page = await search(query); ;) {
      walked.push(...page.sids);
      const next = page.meta.next_page_url;
      if (next === null) break;
      expect(next.startsWith(`${api.url}/admin/v1/Sessions?ServiceSid=${other}`)).toBe(true);
      page = await search(next.slice(next.indexOf('?') + 1));
    }
    expect(new Set(walked).size).toBe(walked.length);
    expect(walked).toEqual((await search(`ServiceSid=${other}`)).sids);
    for (const sid of all) expect(walked).toContain(sid);
  });

  it.each(['Status=done', 'Mode=x', 'Sid=KS1', 'DateCreatedFrom=yesterday', 'PageSize=0', 'PageToken=x'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await adminCall(api.url, operator, 'GET', `Sessions?${query}`);
      expect({ status, code: body?.['code'] }).toEqual({ status: 400, code: 20001 });
      expect(body?.['message']).toContain(`'${query.split('=')[0] ?? ''}' is invalid. It must be`);
    },
  );

  it('finds nothing below a deleted service', async () => {
    const gone = await made('/v1/Services', { UniqueName: 'gone' });
    const sid = await session(gone);
    expect((await search(`Sid=${sid}`)).sids).toEqual([sid]);
    await call(api.url, 'DELETE', `/v1/Services/${gone}`, { login: owner });
    expect((await search(`Sid=${sid}`)).sids).toEqual([]);
  });
});

describe('a reveal', () => {
  it('shows identifiers and leaves in the history of the session who asked and why', async () => {
    const sid = await session(service);
    const identifier = '+15005550602';
    await made(`/v1/Services/${service}/Sessions/${sid}/Participants`, { Identifier: identifier });
    const answer = await adminCall(api.url, operator, 'POST', `Sessions/${sid}/Reveal`, { Reason: 'a bag' });
    expect(answer).toMatchObject({ status: 200, body: { session_sid: sid, participants: [{ identifier }] } });

    const stream = await findStream(database.admin, sid);
    if (stream === null) throw new Error('the session has no stream');
    const events: unknown[] = [];
    for await (const { event, actor } of readStream(database.admin, stream, upcasters)) {
      if (event.type === 'IdentifiersRevealed') events.push({ actor, data: event.data });
    }
    // Sealed, for a reason may name somebody.
    expect(events).toEqual([
      { actor: operator.username, data: { reason: { sealed: expect.any(String), subject: sid } } },
    ]);
    const feed = await adminCall(
      api.url,
      operator,
      'GET',
      `Events?SessionSid=${sid}&Types=IdentifiersRevealed`,
    );
    expect(feed.body?.['events']).toMatchObject([{ actor: operator.username, data: { reason: 'a bag' } }]);
  });

  it('is refused without a reason', async () => {
    const sid = await session(service);
    for (const body of [{}, { Reason: '  ' }, { Reason: 5 }, { Reason: 'x'.repeat(501) }]) {
      const answer = await adminCall(api.url, operator, 'POST', `Sessions/${sid}/Reveal`, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    }
  });
});

describe('closing many sessions', () => {
  it('says what a filter would close, and closes it when it is meant', async () => {
    const bulk = await made('/v1/Services', { UniqueName: 'bulk' });
    const sids = await Promise.all(Array.from({ length: 5 }, () => session(bulk)));
    sids.push(await session(bulk, { Status: 'in-progress' }));
    const ask = (body: object) =>
      adminCall(api.url, operator, 'POST', 'Sessions/Close', { Filter: { ServiceSid: bulk }, ...body });
    const closedOf = ({ body }: { readonly body: unknown }) => closedSchema.parse(body).closed;

    const dry = await ask({ DryRun: true });
    expect(dry.body).toMatchObject({ dry_run: true, failed: [], has_more: false });
    expect(closedOf(dry).sort()).toEqual([...sids].sort());
    expect((await search(`ServiceSid=${bulk}&Status=closed`)).sids).toEqual([]);

    const some = await ask({ Limit: 4 });
    expect(some.body).toMatchObject({ dry_run: false, failed: [], has_more: true });
    expect(closedOf(some)).toHaveLength(4);
    const rest = await ask({});
    expect(rest.body).toMatchObject({ has_more: false });
    expect([...closedOf(some), ...closedOf(rest)].sort()).toEqual([...sids].sort());
    expect((await search(`ServiceSid=${bulk}&Status=closed`)).sids).toHaveLength(sids.length);
  });

  it('closes those of a list and says why it did not close the others', async () => {
    const [open, closed] = [await session(other), await session(other, { Status: 'closed' })];
    const absent = `KC${'0'.repeat(32)}`;
    const answer = await adminCall(api.url, operator, 'POST', 'Sessions/Close', {
      SessionSids: [open, closed, absent],
    });
    expect(answer.body).toMatchObject({
      closed: [open],
      failed: [
        { sid: closed, code: 80607 },
        { sid: absent, code: 20404 },
      ],
    });
  });

  it.each([{}, { Filter: {} }, { SessionSids: ['x'] }, { Filter: { Colour: 'red' } }, { Limit: 0 }])(
    'refuses %j',
    async (body) => {
      const answer = await adminCall(api.url, operator, 'POST', 'Sessions/Close', body);
      expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    },
  );
});
