import { beforeAll, describe, expect, it } from '@jest/globals';
import { newSid, type Database } from '#platform';
import { call, cleanUp, MaskingApi, sidOf, testDatabase, type Login } from '#testing';
import { holdPageSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database);
  cleanUp(() => api.app.close());
});

/** An account with a service, a number, and a session in which somebody has said something. */
async function newWorld() {
  const owner = await api.account();
  const service = await MaskingApi.open((method, path, options) =>
    call(api.url, method, path, { login: owner, ...options }),
  );
  await service.pool('+15005550101');
  const session = await service.sessionSid();
  const participant = sidOf(await service.join(session, '+15005550601'));
  const interaction = sidOf(
    await service.post(`Sessions/${session}/Participants/${participant}/MessageInteractions`, { Body: 'hi' }),
  );
  const admin = (method: string, path: string, body?: unknown, login: Login = owner) =>
    adminCall(api.url, login, method, path, body);
  return {
    owner,
    service,
    session,
    records: [
      `Sessions/${session}`,
      `Sessions/${session}/Participants/${participant}`,
      `Sessions/${session}/Interactions/${interaction}`,
    ],
    deleteService: () => call(api.url, 'DELETE', service.path, { login: owner }),
    admin,
    holds: async (login: Login = owner) => {
      const { status, body } = await admin('GET', 'LegalHolds', undefined, login);
      expect(status).toBe(200);
      return holdPageSchema.parse(body).legal_holds;
    },
  };
}

const why = { Reason: 'a case before the court' };
const over = { Reason: 'it is over' };

describe('a session on legal hold', () => {
  it('is deleted by nobody, nor is what is in it or its service, and all else goes on', async () => {
    const { admin, session, records, service, deleteService } = await newWorld();
    const placed = await admin('POST', `Sessions/${session}/LegalHold`, why);
    expect(placed).toMatchObject({ status: 201, body: { sid: session, is_held: true } });

    for (const record of records) {
      const refused = await service.delete(record);
      expect([record, refused.status, refused.body?.['code']]).toEqual([record, 403, 80615]);
      expect((await service.get(record)).status).toBe(200);
    }
    expect(await deleteService()).toMatchObject({
      status: 403,
      body: {
        code: 80615,
        message: `Session ${session} is on legal hold. Cannot delete record ${service.sid}`,
      },
    });
    expect((await service.post(`Sessions/${session}`, { Status: 'closed' })).status).toBe(200);
    expect((await service.delete(`Sessions/${await service.sessionSid()}`)).status).toBe(204);

    const released = await admin('POST', `Sessions/${session}/LegalHold/Release`, over);
    expect(released).toMatchObject({ status: 200, body: { sid: session, is_held: false } });
    for (const record of records.toReversed())
      expect([record, (await service.delete(record)).status]).toEqual([record, 204]);
    expect((await deleteService()).status).toBe(204);
  });

  it('is on one hold at a time, which is ended once', async () => {
    const { admin, session } = await newWorld();
    const path = `Sessions/${session}/LegalHold`;
    expect((await admin('POST', `${path}/Release`, over)).status).toBe(404);
    expect((await admin('POST', path, why)).status).toBe(201);
    expect((await admin('POST', path, why)).status).toBe(409);
    expect((await admin('POST', `${path}/Release`, over)).status).toBe(200);
    expect((await admin('POST', `${path}/Release`, over)).status).toBe(404);
    expect((await admin('POST', `Sessions/${newSid('KC')}/LegalHold`, why)).status).toBe(404);
  });

  it.each([{}, { Reason: ' ' }, { Reason: 5 }, { Reason: 'x'.repeat(501) }])(
    'needs a reason, not %j',
    async (body) => {
      const { admin, session } = await newWorld();
      for (const path of [`Sessions/${session}/LegalHold`, 'LegalHold']) {
        expect(await admin('POST', path, body)).toMatchObject({ status: 400, body: { code: 20001 } });
        expect(await admin('POST', `${path}/Release`, body)).toMatchObject({ status: 400 });
      }
    },
  );
});

describe('an account on legal hold', () => {
  it('keeps all of its sessions and what is in them, and its services', async () => {
    const { admin, owner, session, records, service, deleteService } = await newWorld();
    const placed = await admin('POST', 'LegalHold', why);
    expect(placed).toMatchObject({ status: 201, body: { sid: owner.username, is_held: true } });

    const fresh = await service.sessionSid();
    for (const record of [...records, `Sessions/${fresh}`]) {
      expect([record, (await service.delete(record)).body?.['code']]).toEqual([record, 80615]);
    }
    expect(await service.delete(`Sessions/${session}`)).toMatchObject({
      status: 403,
      body: {
        code: 80615,
        message: `Account ${owner.username} is on legal hold. Cannot delete record ${session}`,
      },
    });
    expect((await deleteService()).body?.['code']).toBe(80615);
    expect((await service.delete(`Sessions/${newSid('KC')}`)).status).toBe(404);

    expect((await admin('POST', 'LegalHold', why)).status).toBe(409);
    expect((await admin('POST', 'LegalHold/Release', over)).status).toBe(200);
    expect((await admin('POST', 'LegalHold/Release', over)).status).toBe(404);
    for (const record of records.toReversed()) expect((await service.delete(record)).status).toBe(204);
  });

  it('can still take away a key that has leaked', async () => {
    const { admin, owner } = await newWorld();
    await admin('POST', 'LegalHold', why);
    const { username } = await api.apiKey(owner.username);
    expect((await admin('DELETE', `ApiKeys/${username}`)).status).toBe(204);
  });
});

describe('the list of legal holds', () => {
  it('says what is held, since when, by whom and why, a page at a time', async () => {
    const { admin, owner, holds, service, session } = await newWorld();
    expect(await holds()).toEqual([]);
    const sessions = [session, await service.sessionSid(), await service.sessionSid()];
    for (const sid of sessions) await admin('POST', `Sessions/${sid}/LegalHold`, why);
    await admin('POST', 'LegalHold', why);
    const sids = [owner.username, ...sessions.toSorted()];

    const all = await holds();
    expect(all.map(({ sid }) => sid)).toEqual(sids);
    for (const hold of all) {
      expect(hold).toMatchObject({
        reason: why.Reason,
        placed_by: owner.username,
        date_placed: expect.stringMatching(/Z$/),
      });
    }
    const walked: string[] = [];
    for (let path = 'LegalHolds?PageSize=3'; ;) {
      const { body } = await admin('GET', path);
      const { legal_holds, meta } = holdPageSchema.parse(body);
      walked.push(...legal_holds.map(({ sid }) => sid));
      if (meta.next_page_url === null) break;
      path = meta.next_page_url.replace(`${api.url}/admin/v1/`, '');
    }
    expect(walked).toEqual(sids);

    await admin('POST', `Sessions/${session}/LegalHold/Release`, over);
    await admin('POST', `Sessions/${session}/LegalHold`, { Reason: 'another case' });
    expect((await holds()).find(({ sid }) => sid === session)?.reason).toBe('another case');
  });

  it('tells no reason to a read-only key, and nothing to another account', async () => {
    const { admin, owner, holds, session } = await newWorld();
    await admin('POST', `Sessions/${session}/LegalHold`, why);
    const reader = await api.apiKey(owner.username, 'read-only');
    expect(await holds(reader)).toMatchObject([{ sid: session, reason: null }]);
    const operator = await api.apiKey(owner.username);
    expect(await holds(operator)).toMatchObject([{ sid: session, reason: why.Reason }]);
    expect(await holds(await api.account())).toEqual([]);
  });

  it('does not keep a reason readable in the log', async () => {
    const { admin, owner, session } = await newWorld();
    await admin('POST', `Sessions/${session}/LegalHold`, why);
    await admin('POST', 'LegalHold', why);
    const { rows } = await database.admin.query<{ data: unknown }>(
      `select data from maskline.event where account_sid = $1 and type like '%HoldPlaced' order by type`,
      [owner.username],
    );
    expect(rows.map(({ data }) => data)).toEqual([
      { reason: { sealed: expect.any(String), subject: owner.username } },
      { reason: { sealed: expect.any(String), subject: session } },
    ]);
  });
});
