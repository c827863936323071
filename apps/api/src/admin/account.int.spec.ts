import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { call, cleanUp, testDatabase, webhookReceiver, type Login } from '#testing';
import { formSignature } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database);
  cleanUp(() => api.app.close());
});

const statusOf = async (login: Login) => (await call(api.url, 'GET', '/v1/Services', { login })).status;

describe('the API keys of an account', () => {
  it('are made with a role, listed without their secrets, and revoked', async () => {
    const owner = await api.account();
    const made = await adminCall(api.url, owner, 'POST', 'ApiKeys', {
      FriendlyName: 'charts',
      Role: 'read-only',
    });
    expect(made).toMatchObject({ status: 201, body: { friendly_name: 'charts', role: 'read-only' } });
    const secret = String(made.body?.['secret']);
    const key = { username: String(made.body?.['sid']), password: secret };
    expect(await statusOf(key)).toBe(200);
    const other = await adminCall(api.url, owner, 'POST', 'ApiKeys', {});
    expect(other.body).toMatchObject({ role: 'operator', friendly_name: '' });

    const { body, text } = await adminCall(api.url, owner, 'GET', 'ApiKeys');
    expect(body?.['keys']).toEqual([
      {
        sid: key.username,
        friendly_name: 'charts',
        role: 'read-only',
        date_created: expect.stringMatching(/Z$/),
      },
      { sid: other.body?.['sid'], friendly_name: '', role: 'operator', date_created: expect.any(String) },
    ]);
    expect(text).not.toContain(secret);

    expect((await adminCall(api.url, owner, 'DELETE', `ApiKeys/${key.username}`)).status).toBe(204);
    expect((await adminCall(api.url, owner, 'DELETE', `ApiKeys/${key.username}`)).status).toBe(404);
    expect((await adminCall(api.url, owner, 'GET', 'ApiKeys')).body?.['keys']).toHaveLength(1);
    const left = await database.admin.query('select from maskline.secret where sid = $1', [key.username]);
    expect(left.rowCount).toBe(0);
  });

  it.each([{ Role: 'owner' }, { FriendlyName: 'x'.repeat(65) }, { FriendlyName: 5 }, [], 'text'])(
    'are not made of %j',
    async (body) => {
      const owner = await api.account();
      const answer = await adminCall(api.url, owner, 'POST', 'ApiKeys', body);
      expect([answer.status, answer.body?.['code']]).toEqual([400, 20001]);
    },
  );

  it('are not made of what is no JSON', async () => {
    const login = await api.account();
    const headers = { 'Content-Type': 'application/json' };
    const broken = await call(api.url, 'POST', '/admin/v1/ApiKeys', { login, headers, body: '{' });
    expect(broken).toMatchObject({ status: 400, body: { code: 20001 } });
    // Of a form half would be taken: it has no types but text.
    const form = await call(api.url, 'POST', '/admin/v1/ApiKeys', { login, body: 'FriendlyName=back+end' });
    expect(form).toMatchObject({
      status: 400,
      body: { code: 20001, message: 'The body must be application/json.' },
    });
  });
});

describe('the auth token of an account', () => {
  it('is replaced while callers go on', async () => {
    const owner = await api.account();
    const made = await adminCall(api.url, owner, 'POST', 'AuthTokens/Secondary');
    expect(made).toMatchObject({ status: 201, body: { account_sid: owner.username } });
    expect((await adminCall(api.url, owner, 'POST', 'AuthTokens/Secondary')).status).toBe(409);
    expect((await adminCall(api.url, owner, 'DELETE', 'AuthTokens/Secondary')).status).toBe(204);
    expect((await adminCall(api.url, owner, 'POST', 'AuthTokens/Promote')).status).toBe(404);
    const again = await adminCall(api.url, owner, 'POST', 'AuthTokens/Secondary');
    expect((await adminCall(api.url, owner, 'POST', 'AuthTokens/Promote')).status).toBe(200);
    const token = String(again.body?.['secondary_auth_token']);
    const tokens = await database.admin.query(
      `select slot from maskline.secret where account_sid = $1 and sid = $1`,
      [owner.username],
    );
    expect(tokens.rows).toEqual([{ slot: 'auth-token' }]);
    expect(token).not.toBe(made.body?.['secondary_auth_token']);
  });
});

describe('a test of CallbackUrl', () => {
  async function service(owner: Login, CallbackUrl?: string): Promise<string> {
    const { body } = await call(api.url, 'POST', '/v1/Services', {
      login: owner,
      body: { UniqueName: 'tested', ...(CallbackUrl !== undefined && { CallbackUrl }) },
    });
    return String(body?.['sid']);
  }

  it('is signed as every callback is, and answers what became of it', async () => {
    const owner = await api.account();
    let status = 204;
    const receiver = await webhookReceiver((response) => {
      response.writeHead(status).end();
    });
    const url = `${receiver.url}/status?a=b`;
    const sid = await service(owner, url);
    const answer = await adminCall(api.url, owner, 'POST', `Services/${sid}/TestCallback`);
    expect(answer).toMatchObject({
      status: 200,
      body: { service_sid: sid, is_success: true, status: 204, failure: null },
    });
    const [received] = receiver.calls;
    const form = [...new URLSearchParams(received?.body)];
    expect(Object.fromEntries(form)).toMatchObject({
      isTest: 'true',
      interactionServiceSid: sid,
      interactionAccountSid: owner.username,
    });
    expect(received?.headers['x-twilio-signature']).toBe(formSignature(owner.password, url, form));
    expect(received?.headers['i-twilio-idempotency-token']).toBe(answer.body?.['idempotency_token']);

    status = 500;
    const failed = await adminCall(api.url, owner, 'POST', 'Services/tested/TestCallback');
    expect(failed.body).toMatchObject({ is_success: false, status: 500, failure: 'status 500' });
  });

  it('says why nothing was answered, and that there is nothing to call', async () => {
    const owner = await api.account();
    const gone = await service(owner, 'http://127.0.0.1:9/status');
    const answer = await adminCall(api.url, owner, 'POST', `Services/${gone}/TestCallback`);
    expect(answer.body).toMatchObject({ is_success: false, status: null, failure: 'unreachable' });
    const silent = await service(await api.account());
    expect((await adminCall(api.url, owner, 'POST', `Services/${silent}/TestCallback`)).status).toBe(404);
    const other = await api.account();
    const none = await adminCall(api.url, other, 'POST', `Services/${await service(other)}/TestCallback`);
    expect(none).toMatchObject({ status: 400, body: { message: 'The service has no CallbackUrl.' } });
  });
});

describe('the statistics of an account', () => {
  it('are the hours of a time, the last day when none is named, and of this account', async () => {
    const [owner, other] = [await api.account(), await api.account()];
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
    const long = new Date(hour.getTime() - 40 * 3_600_000);
    for (const [{ username }, at, created] of [
      [owner, hour, 1],
      [owner, long, 2],
      [other, hour, 3],
    ] as const) {
      await database.admin.query('insert into maskline.account_hour values (0, $1, $2, $3, 0, 0, 0, 0)', [
        username,
        at,
        created,
      ]);
    }
    const ask = async (query: string) => {
      const { status, body } = await adminCall(api.url, owner, 'GET', `Statistics?${query}`);
      expect([query, status]).toEqual([query, 200]);
      return body?.['hours'];
    };
    const shown = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;
    expect(await ask('')).toMatchObject([{ hour: shown(hour), sessions_created: 1, calls: 0 }]);
    expect(await ask(`StartDate=${long.toISOString()}`)).toMatchObject([
      { hour: shown(long), sessions_created: 2 },
      { hour: shown(hour), sessions_created: 1 },
    ]);
    expect(await ask(`StartDate=${long.toISOString()}&EndDate=${hour.toISOString()}`)).toHaveLength(1);
    const wide = await adminCall(api.url, owner, 'GET', 'Statistics?StartDate=2020-01-01');
    expect(wide).toMatchObject({ status: 400, body: { code: 20001 } });
  });
});
