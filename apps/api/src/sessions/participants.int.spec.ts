import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AlertCode } from '#application';
import type { Database } from '#platform';
import { call, cleanUp, MaskingApi, moveClock, sidOf, testDatabase, type Answer, type Call } from '#testing';
import { serveApi } from '../spec/serve-api.js';

const alerts: AlertCode[] = [];
let database: Database;
let ask: (method: string, path: string, options?: Call) => Promise<Answer>;
let service: MaskingApi;

beforeAll(async () => {
  ({ database } = await testDatabase());
  const api = await serveApi(database, {
    masking: { MAX_POOL_NUMBERS: 7, MAX_RESERVED_NUMBERS: 4 },
    onAlert: (code) => void alerts.push(code),
  });
  cleanUp(() => api.app.close());
  const login = await api.account();
  ask = (method, path, options = {}) => call(api.url, method, path, { login, ...options });
});

beforeEach(async () => {
  service = await MaskingApi.open(ask);
  alerts.length = 0;
});

let count = 0;
const newNumber = () => `+14152${String(++count).padStart(6, '0')}`;
const [alice, bob, carol] = ['+14152007986', '+14152007987', '+14152007988'] as const;

async function pooled(form: Record<string, string> = {}): Promise<{ number: string; sid: string }> {
  const number = newNumber();
  return { number, sid: sidOf(await service.pool(number, form)) };
}

const encode = (...values: unknown[]) =>
  values.map((value) => `Participants=${encodeURIComponent(JSON.stringify(value))}`).join('&');

async function participantsOf(session: string): Promise<Record<string, unknown>[]> {
  const { body } = await service.get(`Sessions/${session}/Participants`);
  return (body?.['participants'] as Record<string, unknown>[]).toReversed();
}

async function nothingIsLeft(): Promise<void> {
  expect((await service.get('Sessions')).body?.['sessions']).toEqual([]);
  const { rows } = await database.admin.query(
    "select key from maskline.claim where kind = 'pair' and key like $1",
    [`${service.sid}/%`],
  );
  expect(rows).toEqual([]);
  expect(Object.values(await service.inUse()).every((uses) => uses === 0)).toBe(true);
}

describe('a session that is created with its participants', () => {
  it.each([
    ['repeated objects', encode({ Identifier: alice }, { Identifier: bob })],
    ['one array', encode([{ Identifier: alice }, { Identifier: bob }])],
    ['an array and an object', encode([{ Identifier: alice }], { Identifier: bob })],
    [
      'other spellings',
      encode({ identifier: alice }, { IDENTIFIER: bob, friendly_name: null, proxyIdentifier: '' }),
    ],
    [
      "python's JSON",
      `Participants=${encodeURIComponent(`{"Identifier": "${alice}"}`)}&Participants=${encodeURIComponent(`{"Identifier": "${bob}"}`)}`,
    ],
    ['a plus that nobody encoded', `Participants=[{"Identifier":"${alice}"},{"Identifier":"${bob}"}]`],
  ])('takes %s', async (_, form) => {
    const { number, sid } = await pooled();
    const session = await service.sessionSid(form);
    expect(await participantsOf(session)).toMatchObject([
      { identifier: alice, proxy_identifier: number, proxy_identifier_sid: sid, date_deleted: null },
      { identifier: bob, proxy_identifier: number, proxy_identifier_sid: sid },
    ]);
    expect(await service.inUse()).toEqual({ [number]: 1 });
  });

  it('gives those who name a number that one, by number or SID or both', async () => {
    const [first, second] = [await pooled(), await pooled()];
    const session = await service.sessionSid(
      encode(
        { Identifier: alice, FriendlyName: 'Alice' },
        { Identifier: bob, ProxyIdentifier: second.number, ProxyIdentifierSid: second.sid },
      ),
    );
    expect(await participantsOf(session)).toMatchObject([
      { friendly_name: 'Alice', proxy_identifier: first.number },
      { friendly_name: null, proxy_identifier: second.number },
    ]);
  });

  it('is not there at all when one of them gets no number', async () => {
    const { number } = await pooled();
    const answer = await service.session(
      encode({ Identifier: alice, ProxyIdentifier: number }, { Identifier: '+819012345678' }),
    );
    expect(answer.body).toMatchObject({ status: 400, code: 80203 });
    await nothingIsLeft();
    expect((await service.session(encode({ Identifier: alice }, { Identifier: bob }))).status).toBe(201);
  });

  it.each([
    [80103, 'the same person twice', [{ Identifier: alice }, { Identifier: alice }]],
    [
      80103,
      'the same person in another spelling',
      [{ Identifier: alice }, { Identifier: '+1 (415) 200-7986' }],
    ],
    [80609, 'three people', [alice, bob, carol].map((Identifier) => ({ Identifier }))],
    [80404, 'somebody whom no phone reaches', [{ Identifier: alice }, { Identifier: '+15551234567' }]],
    [80616, 'an address without a phone', [{ Identifier: alice }, { Identifier: 'messenger:4711' }]],
    [80701, 'nobody', [{ FriendlyName: 'Nobody' }]],
    [80701, 'a SID of something else', [{ Identifier: alice, ProxyIdentifierSid: `KS${'0'.repeat(32)}` }]],
  ])('is refused with %i for %s, and nothing is left', async (code, _, participants) => {
    await pooled();
    expect((await service.session(encode(participants))).body).toMatchObject({ status: 400, code });
    await nothingIsLeft();
  });

  it('holds nothing when it is created closed, until it is opened', async () => {
    const { number } = await pooled();
    const session = await service.sessionSid(
      `Status=closed&${encode({ Identifier: alice }, { Identifier: bob })}`,
    );
    expect(await participantsOf(session)).toMatchObject([{ identifier: alice }, { identifier: bob }]);
    expect(await service.inUse()).toEqual({ [number]: 0 });
    const other = await service.talk(alice);
    expect(other.status).toBe(201);
    const reopen = () => service.post(`Sessions/${session}`, { Status: 'in-progress' });
    expect((await reopen()).body).toMatchObject({ status: 400, code: 80604 });
    await service.delete(`Sessions/${String(other.body?.['session_sid'])}`);
    expect((await reopen()).body).toMatchObject({ status: 'in-progress' });
    expect(await service.inUse()).toEqual({ [number]: 1 });
  });
});

describe('a participant', () => {
  it('is told to leave, stays in the list, does not count, and never comes back', async () => {
    const { number } = await pooled();
    const session = await service.sessionSid(encode({ Identifier: alice }, { Identifier: bob }));
    const [first] = await participantsOf(session);
    const path = `Sessions/${session}/Participants/${String(first?.['sid'])}`;
    expect((await service.join(session, carol)).body).toMatchObject({ code: 80609 });
    expect((await service.delete(path)).status).toBe(204);
    expect((await service.get(path)).body).toMatchObject({
      identifier: alice,
      date_deleted: expect.any(String) as unknown,
    });
    expect((await service.delete(path)).status).toBe(404);
    expect((await service.join(session, alice)).body).toMatchObject({ status: 400, code: 80612 });
    expect((await service.join(session, carol)).status).toBe(201);
    expect(await participantsOf(session)).toHaveLength(3);
    expect(await service.inUse()).toEqual({ [number]: 1 });
  });

  it('does not come to a closed session', async () => {
    await pooled();
    const session = await service.sessionSid({ Status: 'closed' });
    expect((await service.join(session, alice)).body).toMatchObject({ status: 400, code: 80607 });
  });
});

describe('in_use', () => {
  it('is right at every moment', async () => {
    const { number } = await pooled();
    const uses = async () => (await service.inUse())[number];
    const first = await service.sessionSid(encode({ Identifier: alice }, { Identifier: bob }));
    expect(await uses()).toBe(1);
    const second = await service.sessionSid(`Ttl=60&${encode({ Identifier: carol })}`);
    expect(await uses()).toBe(2);
    await moveClock(database, '2 minutes');
    // Nobody has written down yet that the second is over.
    expect(await uses()).toBe(1);
    expect((await service.post(`Sessions/${second}`, { Status: 'in-progress' })).body).toMatchObject({
      status: 'in-progress',
    });
    expect(await uses()).toBe(2);
    await service.post(`Sessions/${first}`, { Status: 'closed' });
    expect(await uses()).toBe(1);
    await service.post(`Sessions/${first}`, { Status: 'in-progress' });
    expect(await uses()).toBe(2);
    await service.delete(`Sessions/${first}`);
    await service.delete(`Sessions/${second}`);
    expect(await uses()).toBe(0);
  });
});

describe('a number', () => {
  it('does not leave the pool while an active session uses it, and one that does takes no session along', async () => {
    const { number, sid } = await pooled();
    const session = await service.sessionSid(encode({ Identifier: alice }, { Identifier: bob }));
    expect((await service.delete(`PhoneNumbers/${sid}`)).body).toMatchObject({ status: 400, code: 80611 });
    await service.post(`Sessions/${session}`, { Status: 'closed' });
    expect((await service.delete(`PhoneNumbers/${sid}`)).status).toBe(204);
    // Nobody could be reached by it.
    const reopen = () => service.post(`Sessions/${session}`, { Status: 'in-progress' });
    expect((await reopen()).body).toMatchObject({ status: 400, code: 80605 });
    await service.pool(number);
    expect((await reopen()).status).toBe(200);
    expect(await service.inUse()).toEqual({ [number]: 1 });
  });

  it('leaves the pool when all that use it are over, though nobody has written it down', async () => {
    const { sid } = await pooled();
    await service.sessionSid(`Ttl=60&${encode({ Identifier: alice })}`);
    await moveClock(database, '4 minutes');
    expect((await service.delete(`PhoneNumbers/${sid}`)).status).toBe(204);
  });

  it('warns of a nearly full pool, and finds no place in a full one: of either kind', async () => {
    for (let i = 0; i < 5; i++) await pooled();
    expect(alerts).toEqual([]);
    const sixth = await pooled();
    // 85 % of 7 is 5.95.
    expect(alerts).toEqual([80624]);
    await pooled();
    expect((await service.pool(newNumber())).body).toMatchObject({ status: 400, code: 80622 });
    for (let i = 0; i < 3; i++) await pooled({ IsReserved: 'true' });
    expect(alerts).toEqual([80624, 80624]);
    const reserve = (sid: string, is: boolean) =>
      service.post(`PhoneNumbers/${sid}`, { IsReserved: String(is) });
    expect((await reserve(sixth.sid, true)).status).toBe(200);
    expect(alerts).toEqual([80624, 80624, 80624]);
    expect((await service.pool(newNumber(), { IsReserved: 'true' })).body).toMatchObject({ code: 80622 });
    // What it is already needs no place.
    expect((await reserve(sixth.sid, true)).status).toBe(200);
    await pooled();
    expect((await reserve(sixth.sid, false)).body).toMatchObject({ status: 400, code: 80622 });
  });

  it('fills a pool to the limit and not beyond, however many come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.pool(newNumber())));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(7);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body?.['code']))).toEqual(
      new Set([80622]),
    );
    expect(alerts.length).toBeGreaterThan(0);
  });

  it('is in one service only, however many want it at once', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => MaskingApi.open(ask)));
    const number = newNumber();
    const answers = await Promise.all(others.map((other) => other.pool(number)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400, 400, 400, 400]);
    const refusals = answers.filter(({ status }) => status === 400).map(({ body }) => body?.['code']);
    expect(new Set(refusals)).toEqual(new Set([80101]));
    const [again] = await Promise.all(
      others.filter((_, i) => answers[i]?.status === 201).map((holder) => holder.pool(number)),
    );
    expect(again?.body).toMatchObject({ status: 400, code: 80104 });
  });

  it('comes to no service that is deleted at the same time', async () => {
    for (let round = 0; round < 8; round++) {
      const going = await MaskingApi.open(ask);
      const [deleted, added] = await Promise.all([
        ask('DELETE', going.path),
        round % 2 === 0
          ? going.pool(newNumber())
          : going.post('ShortCodes', { Sid: `SC${String(round).padStart(32, '0')}` }),
      ]);
      expect(deleted.status).toBe(204);
      expect([201, 400, 404]).toContain(added.status);
    }
  });
});

describe('an idempotency key', () => {
  const key = () => ({ 'Idempotency-Key': `key-${Math.random()}` });

  it('adds a number, a participant or a session with participants once, also while the first is under way', async () => {
    const { number } = await pooled();
    const session = await service.sessionSid();
    const posts: [path: string, form: Record<string, string>][] = [
      ['PhoneNumbers', { PhoneNumber: newNumber() }],
      // For the second of each pair there is no number left, if the first is not known as what it is.
      [`Sessions/${session}/Participants`, { Identifier: alice, ProxyIdentifier: number }],
      ['Sessions', { Participants: JSON.stringify([{ Identifier: bob, ProxyIdentifier: number }]) }],
    ];
    for (const [path, form] of posts) {
      const headers = key();
      const answers = await Promise.all(Array.from({ length: 8 }, () => service.post(path, form, headers)));
      answers.push(await service.post(`${path}/`, form, headers));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 201));
      expect(new Set(answers.map(sidOf)).size).toBe(1);
      const other = await service.post(path, { ...form, IsReserved: 'true' }, headers);
      expect(other.body).toMatchObject({ status: 409, code: 20409 });
    }
    expect(await participantsOf(session)).toHaveLength(1);
  });

  it('reserves a number once', async () => {
    const { sid } = await pooled();
    const headers = key();
    const reserve = () => service.post(`PhoneNumbers/${sid}`, { IsReserved: 'true' }, headers);
    expect((await reserve()).body).toMatchObject({ is_reserved: true });
    await service.post(`PhoneNumbers/${sid}`, { IsReserved: 'false' });
    expect(await reserve()).toMatchObject({ status: 200, body: { is_reserved: false } });
  });

  it('sends a message once', async () => {
    await pooled();
    const session = await service.sessionSid(encode({ Identifier: alice }, { Identifier: bob }));
    const [to] = await participantsOf(session);
    const path = `Sessions/${session}/Participants/${String(to?.['sid'])}/MessageInteractions`;
    const headers = key();
    const send = (body: string) => service.post(path, { Body: body }, headers);
    const answers = await Promise.all([send('hi'), send('hi'), send('hi')]);
    expect(new Set(answers.map(sidOf)).size).toBe(1);
    expect((await send('ho')).body).toMatchObject({ status: 409, code: 20409 });
    expect((await service.get(path)).body?.['interactions']).toHaveLength(1);
  });
});

describe('a path', () => {
  it('takes names, SIDs in any case and a slash at its end', async () => {
    const { number, sid } = await pooled();
    const { body: named } = await ask('GET', service.path);
    const name = encodeURIComponent(String(named?.['unique_name']));
    const session = await service.sessionSid({ UniqueName: 'Order 1' });
    const created = await ask('POST', `/v1/Services/${name}/Sessions/Order%201/Participants/`, {
      body: { Identifier: alice },
    });
    expect(created.body).toMatchObject({ session_sid: session, proxy_identifier: number });
    const participant = sidOf(created);
    for (const path of [
      `/v1/Services/${name}/PhoneNumbers/${sid.toUpperCase()}/`,
      `${service.path.toLowerCase().replace('/services', '/Services')}/PhoneNumbers/${sid}`,
      `/v1/Services/${name}/Sessions/Order%201/Participants/${participant.toLowerCase()}`,
      `/v1/Services/${service.sid}/Sessions/${session.toUpperCase()}/Participants/${participant}/`,
      `/v1/Services/${name}/Sessions/Order%201/Interactions`,
      `/v1/Services/${name}/Sessions/Order%201/Participants/${participant}/MessageInteractions/`,
    ]) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 200]);
    }
    for (const prefix of ['PN', 'SC', 'KP', 'KI']) {
      const list = {
        PN: 'PhoneNumbers',
        SC: 'ShortCodes',
        KP: `Sessions/${session}/Participants`,
        KI: `Sessions/${session}/Interactions`,
      };
      for (const text of [prefix + '0'.repeat(32), 'nobody', '%zz']) {
        expect((await service.get(`${list[prefix as 'PN']}/${text}`)).body).toMatchObject({
          status: 404,
          code: 20404,
        });
      }
    }
  });

  it.each([
    ['a channel', { ProxyIdentifier: 'Open' }],
    ['a number of nobody', { ProxyIdentifier: '+14155550000' }],
    ['a SID of nobody', { ProxyIdentifierSid: `PN${'0'.repeat(32)}` }],
    ['any number', {}],
  ])('leads nowhere below a deleted service, though %s could be refused', async (_, form) => {
    const session = await service.sessionSid();
    const join = () => service.join(session, alice, form);
    expect((await join()).status).toBe(400);
    await ask('DELETE', service.path);
    expect(await join()).toMatchObject({ status: 404, body: { code: 20404 } });
    expect((await service.session(encode({ Identifier: alice, ...form }))).status).toBe(404);
  });

  it('leads nowhere through another service or session', async () => {
    const { sid } = await pooled();
    const session = await service.sessionSid(encode({ Identifier: alice }));
    const [participant] = await participantsOf(session);
    const there = `${service.path}/Sessions/${await service.sessionSid()}`;
    const other = await MaskingApi.open(ask);
    for (const path of [
      `${other.path}/PhoneNumbers/${sid}`,
      `${other.path}/Sessions/${session}/Participants/${String(participant?.['sid'])}`,
      `${there}/Participants/${String(participant?.['sid'])}`,
      `${there}/Participants/${String(participant?.['sid'])}/MessageInteractions`,
    ]) {
      for (const method of ['GET', 'DELETE', 'POST']) {
        const { status } = await ask(
          method,
          path,
          method === 'POST' ? { body: { IsReserved: 'true', Body: 'x' } } : {},
        );
        expect([method, path, status === 404 || status === 405]).toEqual([method, path, true]);
      }
    }
  });
});

describe('a list', () => {
  it.each([
    ['PhoneNumbers', 'phone_numbers', () => pooled().then(({ sid }) => sid)],
    ['ShortCodes', 'short_codes', null],
    ['Sessions/s/Participants', 'participants', null],
    ['Sessions/s/Interactions', 'interactions', null],
  ] as const)('of %s is turned over page by page, newest first', async (path, key, add) => {
    await service.session({ UniqueName: 's' });
    const sids: string[] = [];
    if (add !== null) for (let i = 0; i < 5; i++) sids.unshift(await add());
    if (key === 'participants') {
      await pooled();
      for (const identifier of [alice, bob, carol]) {
        const sid = sidOf(await service.join('s', identifier));
        await service.delete(`Sessions/s/Participants/${sid}`);
        sids.unshift(sid);
      }
    }
    const seen: string[] = [];
    let next: string | null = `${service.path}/${path}?PageSize=2`;
    while (next !== null) {
      const { status, body } = await ask('GET', next);
      expect(status).toBe(200);
      const rows = body?.[key] as { sid: string }[];
      expect(rows.length).toBeLessThanOrEqual(2);
      seen.push(...rows.map(({ sid }) => sid));
      const meta = body?.['meta'] as { next_page_url: string | null; key: string; page_size: number };
      expect(meta).toMatchObject({ key, page_size: 2 });
      next =
        meta.next_page_url === null
          ? null
          : new URL(meta.next_page_url).pathname + new URL(meta.next_page_url).search;
    }
    expect(seen).toEqual(sids);
  });
});
