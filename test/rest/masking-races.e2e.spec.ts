import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { call, MaskingApi, sidOf, startService, type Answer, type Call } from '#testing';
import { startApi, type Api } from './start-api.js';

// Two processes of the API over one database: what one of them knows the other must not rely on.

let api: Api;
let ask: (method: string, path: string, options?: Call) => Promise<Answer>;
let service: MaskingApi;

beforeAll(async () => {
  api = await startApi();
  const other = await startService('api', { like: api.service });
  const urls = [api.url, other.url];
  let asked = 0;
  ask = (method, path, options = {}) =>
    call(urls[asked++ % 2] ?? '', method, path, { login: api.login, ...options });
});

beforeEach(async () => {
  service = await MaskingApi.open(ask);
});

const alice = '+14152007986';
let count = 0;
const newNumber = () => `+14152${String(++count).padStart(6, '0')}`;
const codesOf = (answers: readonly Answer[]) =>
  answers.map(({ status, body }) => (status < 300 ? status : `${status}/${String(body?.['code'])}`));
const tally = (answers: readonly Answer[]) => {
  const counts: Record<string, number> = {};
  for (const code of codesOf(answers)) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};

/** Who holds a pair with whom, as the database has it; and the numbers of participants that no pool has. */
async function strays(): Promise<unknown[]> {
  const { rows } = await api.database.admin.query<object>(
    `select p.sid from maskline.participant p join maskline.session s on s.partition = p.partition and s.sid = p.session_sid
     where s.service_sid = $1 and s.status <> 'closed' and p.date_deleted is null
       and not exists (select from maskline.phone_number n where n.sid = p.proxy_identifier_sid and n.service_sid = p.service_sid)`,
    [service.sid],
  );
  return rows;
}

describe('of many requests at once', () => {
  it('a hundred that would put one person on one number, one wins and the others may try again', async () => {
    const number = newNumber();
    await service.pool(number);
    const sessions = await Promise.all(Array.from({ length: 100 }, () => service.sessionSid()));
    const answers = await Promise.all(sessions.map((session) => service.join(session, alice)));
    const found = tally(answers);
    expect(found['201']).toBe(1);
    expect(Object.keys(found).filter((code) => !['201', '409/80623', '400/80208'].includes(code))).toEqual(
      [],
    );
    expect(await service.inUse()).toEqual({ [number]: 1 });
    // By name it is the same, but that the number itself is in use.
    const others = await Promise.all(Array.from({ length: 100 }, () => service.sessionSid()));
    const named = await Promise.all(
      others.map((session) => service.join(session, '+14152007999', { ProxyIdentifier: number })),
    );
    const byName = tally(named);
    expect(byName['201']).toBe(1);
    expect(Object.keys(byName).filter((code) => !['201', '409/80623', '400/80604'].includes(code))).toEqual(
      [],
    );
    expect(await service.inUse()).toEqual({ [number]: 2 });
  });

  it('a hundred sessions with the same person, as many begin as there are numbers', async () => {
    await Promise.all(Array.from({ length: 10 }, () => service.pool(newNumber())));
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        service.session({ Participants: JSON.stringify([{ Identifier: alice }]) }),
      ),
    );
    const found = tally(answers);
    expect(found['201']).toBe(10);
    expect(Object.keys(found).filter((code) => !['201', '409/80623', '400/80208'].includes(code))).toEqual(
      [],
    );
    expect(new Set(Object.values(await service.inUse()))).toEqual(new Set([1]));
  });

  it('twenty that would open sessions again with one pair, and new ones with it, one wins', async () => {
    const number = newNumber();
    await service.pool(number);
    const closed: string[] = [];
    for (let i = 0; i < 20; i++) {
      const session = await service.sessionSid({ Participants: JSON.stringify([{ Identifier: alice }]) });
      await service.post(`Sessions/${session}`, { Status: 'closed' });
      closed.push(session);
    }
    const answers = await Promise.all([
      ...closed.map((session) => service.post(`Sessions/${session}`, { Status: 'in-progress' })),
      ...closed.map(() => service.session({ Participants: JSON.stringify([{ Identifier: alice }]) })),
    ]);
    const won = codesOf(answers).filter((code) => typeof code === 'number');
    expect(won).toHaveLength(1);
    const known = [200, 201, '400/80604', '400/80208', '409/80623'];
    expect(codesOf(answers).filter((code) => !known.includes(code))).toEqual([]);
    expect(await service.inUse()).toEqual({ [number]: 1 });
  });

  it('numbers that leave and people who come, nobody is left with a number that is gone', async () => {
    for (let round = 0; round < 8; round++) {
      const numbers = await Promise.all(
        Array.from({ length: 4 }, async () => sidOf(await service.pool(newNumber()))),
      );
      const sessions = await Promise.all(Array.from({ length: 12 }, () => service.sessionSid()));
      const answers = await Promise.all([
        ...sessions.map((session, i) => service.join(session, `+1415200${String(6000 + i)}`)),
        ...numbers.map((sid) => service.delete(`PhoneNumbers/${sid}`)),
      ]);
      const known = [201, 204, '400/80611', '400/80205', '400/80208', '409/80623'];
      expect(codesOf(answers).filter((code) => !known.includes(code))).toEqual([]);
      expect(await strays()).toEqual([]);
      for (const session of sessions) await service.delete(`Sessions/${session}`);
      for (const sid of numbers) await service.delete(`PhoneNumbers/${sid}`);
    }
  });

  it('numbers that are reserved and people who come, nobody is given one by itself from then on', async () => {
    const sid = sidOf(await service.pool(newNumber()));
    for (let round = 0; round < 8; round++) {
      await service.post(`PhoneNumbers/${sid}`, { IsReserved: 'false' });
      const sessions = await Promise.all(Array.from({ length: 8 }, () => service.sessionSid()));
      const [reserved, ...joined] = await Promise.all([
        service.post(`PhoneNumbers/${sid}`, { IsReserved: 'true' }),
        ...sessions.map((session, i) => service.join(session, `+1415200${String(5000 + i)}`)),
      ]);
      expect(reserved.status).toBe(200);
      const known = [201, '400/80207', '409/80623'];
      expect(codesOf(joined).filter((code) => !known.includes(code))).toEqual([]);
      const { rows } = await api.database.admin.query<object>(
        `select from maskline.event a
         where a.type = 'ParticipantAdded' and a.stream_id = any ($1)
           and a.position > (select max(r.position) from maskline.event r where r.stream_id = $2 and r.type = 'PhoneNumberUpdated')`,
        [sessions, sid],
      );
      expect(rows).toEqual([]);
      for (const session of sessions) await service.delete(`Sessions/${session}`);
    }
  });

  it('services that want one number, one gets it', async () => {
    const services = await Promise.all(Array.from({ length: 8 }, () => MaskingApi.open(ask)));
    const number = newNumber();
    const answers = await Promise.all(services.map((wanting) => wanting.pool(number)));
    expect(tally(answers)).toEqual({ 201: 1, '400/80101': 7 });
  });
});
