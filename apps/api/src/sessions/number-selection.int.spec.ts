import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { call, cleanUp, MaskingApi, moveClock, sidOf, testDatabase, type Answer, type Call } from '#testing';
import { serveApi } from '../spec/serve-api.js';

// Contract §13.3, rule by rule, as a caller sees it.

let database: Database;
let ask: (method: string, path: string, options?: Call) => Promise<Answer>;
let service: MaskingApi;
let shortCode: (digits: string) => Promise<string>;

beforeAll(async () => {
  ({ database } = await testDatabase());
  const api = await serveApi(database);
  cleanUp(() => api.app.close());
  const login = await api.account();
  ask = (method, path, options = {}) => call(api.url, method, path, { login, ...options });
  shortCode = async (digits) =>
    (await api.carrier.findNumber(login.username, { phoneNumber: digits }))?.sid ?? '';
});

let count = 0;
/** Numbers that are not like any other of the run: a carrier's number is in one pool only. */
const us = (areaCode = '415') => `+1${areaCode}2${String(++count).padStart(6, '0')}`;
const alice = '+14152007986';
const bob = '+14152007987';

beforeEach(async () => {
  service = await MaskingApi.open(ask);
});

async function pool(...numbers: string[]): Promise<string[]> {
  for (const number of numbers) expect((await service.pool(number)).status).toBe(201);
  return numbers;
}

async function given(identifier: string, form: Record<string, string> = {}, mode = 'voice-and-message') {
  const session = await service.sessionSid({ Mode: mode });
  const answer = await service.join(session, identifier, form);
  return { session, answer, number: answer.body?.['proxy_identifier'] };
}

/** As if the carrier's number could do no more; the simulator's can all do everything. */
async function restrict(number: string, can: { call: boolean; text: boolean }): Promise<void> {
  await database.admin.query(
    'update maskline.number_use set can_call = $2, can_text = $3 where number = $1',
    [number, can.call, can.text],
  );
}

async function end(session: string): Promise<void> {
  expect((await service.post(`Sessions/${session}`, { Status: 'closed' })).status).toBe(200);
}

const none = 'This Service has no compatible Proxy numbers for this Participant.';
const refused = (code: number, message: string) => ({
  status: 400,
  code,
  message: expect.stringContaining(message) as unknown,
});

describe('a number by its capabilities', () => {
  it('can call for voice, text for messages, and both for both', async () => {
    const [both = '', voice = '', text = ''] = await pool(us(), us(), us());
    await restrict(voice, { call: true, text: false });
    await restrict(text, { call: false, text: true });
    // The oldest of those that are used least fits first, so the others are tried where they alone do.
    await ask('POST', `${service.path}/PhoneNumbers/${sidOf(await pooled(both))}`, {
      body: { IsReserved: 'true' },
    });
    expect((await given(alice, {}, 'voice-only')).number).toBe(voice);
    expect((await given(alice, {}, 'message-only')).number).toBe(text);
    expect((await given(alice)).answer.body).toMatchObject(refused(80202, none));
    await ask('POST', `${service.path}/PhoneNumbers/${sidOf(await pooled(both))}`, {
      body: { IsReserved: 'false' },
    });
    expect((await given(alice)).number).toBe(both);
  });

  it('is missing with 80201 where none can call and 80202 where none can text', async () => {
    const [number = ''] = await pool(us());
    await restrict(number, { call: false, text: true });
    expect((await given(alice, {}, 'voice-only')).answer.body).toMatchObject(
      refused(80201, `${none} This Service has no available Proxy numbers having voice capabilities.`),
    );
    expect((await given(alice)).answer.body).toMatchObject(refused(80201, none));
    await restrict(number, { call: true, text: false });
    expect((await given(alice, {}, 'message-only')).answer.body).toMatchObject(
      refused(80202, `${none} This Service has no available Proxy numbers having sms capabilities.`),
    );
    expect((await given(alice)).answer.body).toMatchObject(refused(80202, none));
  });

  it('may be a short code where only messages are sent', async () => {
    expect((await service.post('ShortCodes', { Sid: await shortCode('23456') })).status).toBe(201);
    expect((await given(alice)).answer.body).toMatchObject(refused(80201, none));
    expect((await given(alice, {}, 'message-only')).number).toBe('23456');
  });
});

async function pooled(number: string): Promise<Answer> {
  const { body } = await service.get('PhoneNumbers');
  const found = (body?.['phone_numbers'] as { phone_number: string; sid: string }[]).find(
    ({ phone_number }) => phone_number === number,
  );
  return service.get(`PhoneNumbers/${found?.sid}`);
}

describe('a number by its country', () => {
  it.each([
    ['the Bahamas', '+12423591234', () => us()],
    ['Bermuda', '+14413701234', () => us()],
    ['Jersey', '+447797712345', () => '+447400123401'],
    ['Britain', '+447400123456', () => '+447781123402'],
    ['the Isle of Man', '+447924123456', () => '+447400123403'],
  ])('serves %s with those that Twilio has for it', async (_, identifier, number) => {
    const [proxy = ''] = await pool(number());
    expect((await given(identifier)).number).toBe(proxy);
  });

  it('is missing with 80203 and the country', async () => {
    await pool(us());
    expect((await given('+819012345678')).answer.body).toMatchObject(
      refused(80203, `${none} This Service has no available Proxy numbers for country code JP.`),
    );
    // The other way round it does not hold: the Bahamas' numbers serve the Bahamas alone.
    service = await MaskingApi.open(ask);
    await pool('+12423570001');
    expect((await given(alice)).answer.body).toMatchObject(refused(80203, 'US.'));
  });

  it('does not matter to a channel address', async () => {
    const [number = ''] = await pool('+819012345679');
    expect((await given('messenger:4711', {}, 'message-only')).number).toBe(number);
  });
});

describe('a number by the GeoMatchLevel', () => {
  /** 415 is San Francisco, 628 its overlay, 510 across the bridge, 212 far away. */
  const codes = ['212', '510', '628', '415'];

  it.each([
    ['country', ['212', '510', '628', '415']],
    ['area-code', ['415']],
    ['extended-area-code', ['628', '415']],
    ['overlay', ['628', '415']],
    ['radius', ['510', '628', '415']],
  ])('%s gives numbers with the area codes %j', async (level, expected) => {
    service = await MaskingApi.open(ask, { GeoMatchLevel: level });
    await pool(...codes.map((code) => us(code)));
    const found: unknown[] = [];
    for (let i = 0; i < expected.length; i++) found.push(String((await given(alice)).number).slice(2, 5));
    expect(found).toEqual(expected);
    const { body } = (await given(alice)).answer;
    expect(body).toMatchObject({ code: 80208 });
  });

  it('is missing with 80206, and the last four digits are hidden', async () => {
    service = await MaskingApi.open(ask, { GeoMatchLevel: 'area-code' });
    await pool(us('212'));
    const { answer } = await given(alice);
    expect(answer.body).toMatchObject(
      refused(80206, `${none} Failed to find a proxy number for +1415200XXXX.`),
    );
    expect(answer.text).not.toContain('7986');
  });

  it('does not matter outside North America, nor to numbers without a region', async () => {
    service = await MaskingApi.open(ask, { GeoMatchLevel: 'area-code' });
    const [british = '', american = ''] = await pool('+447400123499', us('212'));
    expect((await given('+447400123456')).number).toBe(british);
    expect((await given('+15005550001')).number).toBe(american);
  });
});

describe('a reserved number', () => {
  it('is given to nobody by itself, but by name', async () => {
    const number = us();
    const sid = sidOf(await service.pool(number, { IsReserved: 'true' }));
    expect((await given(alice)).answer.body).toMatchObject(
      refused(80207, 'No unreserved numbers in proxy pool.'),
    );
    expect((await given(alice, { ProxyIdentifier: number })).number).toBe(number);
    expect((await given(bob, { ProxyIdentifierSid: sid })).number).toBe(number);
  });

  it('keeps the sessions that it has', async () => {
    const [number = ''] = await pool(us());
    const { session, answer } = await given(alice);
    const sid = String(answer.body?.['proxy_identifier_sid']);
    expect((await service.post(`PhoneNumbers/${sid}`, { IsReserved: 'true' })).body).toMatchObject({
      is_reserved: true,
      in_use: 1,
    });
    expect((await service.get(`Sessions/${session}/Participants/${sidOf(answer)}`)).body).toMatchObject({
      proxy_identifier: number,
    });
    expect((await given(bob)).answer.body).toMatchObject({ code: 80207 });
  });

  it('is missed with 80205 when there are no numbers at all', async () => {
    expect((await given(alice)).answer.body).toMatchObject(
      refused(80205, `${none} This Service has no Proxy numbers configured.`),
    );
  });
});

describe('a number that is taken', () => {
  it('by the same person elsewhere is missing with 80208, and the last four digits are hidden', async () => {
    await pool(us());
    await given(alice);
    const { answer } = await given(alice);
    expect(answer.body).toMatchObject(refused(80208, 'Failed to find a proxy number for +1415200XXXX.'));
    expect(answer.text).not.toContain('7986');
    expect((await given(bob)).answer.status).toBe(201);
  });

  it('is free again once that session is closed, has run out, or is deleted, or the person has left it', async () => {
    const [number] = await pool(us());
    const closed = await given(alice);
    await end(closed.session);
    const left = await given(alice);
    expect(left.number).toBe(number);
    await service.delete(`Sessions/${left.session}/Participants/${sidOf(left.answer)}`);
    const deleted = await given(alice);
    expect(deleted.number).toBe(number);
    await service.delete(`Sessions/${deleted.session}`);
    const overdue = await given(alice);
    expect(overdue.number).toBe(number);
    await service.post(`Sessions/${overdue.session}`, { Ttl: '60' });
    await moveClock(database, '2 minutes');
    expect((await given(alice)).number).toBe(number);
  });

  it('by the partner is not: both may share it', async () => {
    const [number] = await pool(us());
    const { session } = await given(alice);
    expect((await service.join(session, bob)).body).toMatchObject({ proxy_identifier: number });
  });
});

describe('prefer-sticky', () => {
  it('gives people the number that they had last, however often and however much it is used', async () => {
    const [first = '', second = '', third = ''] = await pool(us(), us(), us());
    for (const number of [first, third, second]) {
      const { session } = await given(alice, { ProxyIdentifier: number });
      await end(session);
    }
    for (let i = 0; i < 3; i++) await given(`+1415200800${i}`, { ProxyIdentifier: second });
    for (let i = 0; i < 12; i++) {
      const { session, number } = await given(alice);
      expect(number).toBe(second);
      await end(session);
    }
    const held = await given(alice);
    expect(held.number).toBe(second);
    // While that one is taken, the one before.
    expect((await given(alice)).number).toBe(third);
    expect((await given(alice)).number).toBe(first);
  });

  it('forgets with the sessions, and does not give what was reserved, removed or does not fit', async () => {
    const [first = '', second = '', third = ''] = await pool(us(), us(), us());
    const { session } = await given(alice, { ProxyIdentifier: third });
    await service.delete(`Sessions/${session}`);
    const after = await given(alice);
    expect(after.number).toBe(first);
    await end(after.session);
    await service.post(`PhoneNumbers/${String(after.answer.body?.['proxy_identifier_sid'])}`, {
      IsReserved: 'true',
    });
    const next = await given(alice);
    expect(next.number).toBe(second);
    await end(next.session);
    await service.delete(`PhoneNumbers/${String(next.answer.body?.['proxy_identifier_sid'])}`);
    expect((await given(alice)).number).toBe(third);
  });
});

describe('avoid-sticky', () => {
  beforeEach(async () => {
    service = await MaskingApi.open(ask, { NumberSelectionBehavior: 'avoid-sticky' });
  });

  it('gives people a number that they never had, as long as there is one', async () => {
    const numbers = await pool(us(), us(), us(), us());
    const had: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const { session, number } = await given(alice);
      had.push(number);
      await end(session);
    }
    expect(had).toEqual(numbers);
    // All were hers once: then the least used, the oldest first.
    expect((await given(alice)).number).toBe(numbers[0]);
    expect((await given(bob)).number).toBe(numbers[1]);
  });

  it('remembers more sessions than anybody counts', async () => {
    const [first = '', second = ''] = await pool(us(), us());
    const { session, answer } = await given(alice, { ProxyIdentifier: second });
    await end(session);
    // The same participation, 300 times over, and all of it later.
    await database.admin.query(
      `insert into maskline.participant select (jsonb_populate_record(p, jsonb_build_object(
         'sid', 'KPold' || i, 'date_created', p.date_created + i * interval '1 second', 'proxy_identifier', $2::text))).*
       from maskline.participant p, generate_series(1, 300) i where p.sid = $1`,
      [sidOf(answer), first],
    );
    const [third = ''] = await pool(us());
    expect((await given(alice)).number).toBe(third);
  });

  it('begins anew once the sessions are deleted', async () => {
    const [first] = await pool(us(), us());
    const { session, number } = await given(alice);
    expect(number).toBe(first);
    await service.delete(`Sessions/${session}`);
    expect((await given(alice)).number).toBe(first);
  });
});

describe('among equals', () => {
  it('the least used number is given, and of those the oldest', async () => {
    const numbers = await pool(us(), us(), us());
    const given9: unknown[] = [];
    for (let i = 0; i < 9; i++) given9.push((await given(`+1415200900${i}`)).number);
    expect(given9).toEqual([...numbers, ...numbers, ...numbers]);
    expect(Object.values(await service.inUse())).toEqual([3, 3, 3]);
  });

  it('only one that nobody uses with NumberSelection=unused, or none with 80206', async () => {
    const numbers = await pool(us(), us());
    const first = await given(alice, { NumberSelection: 'unused' });
    expect(first.number).toBe(numbers[0]);
    expect((await given(bob, { NumberSelection: 'UNUSED' })).number).toBe(numbers[1]);
    expect((await given('+14152009010', { NumberSelection: 'unused' })).answer.body).toMatchObject({
      code: 80206,
    });
    await end(first.session);
    expect((await given('+14152009010', { NumberSelection: 'unused' })).number).toBe(numbers[0]);
    expect((await given('+14152009011', { NumberSelection: 'never' })).answer.body).toMatchObject({
      code: 80701,
    });
  });
});
