import { beforeAll, describe, expect, it } from '@jest/globals';
import { Alerts } from '#application';
import { newSid } from '#platform';
import { cleanUp, testDatabase, waitFor, type Login } from '#testing';
import { alertPageSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

let api: Awaited<ReturnType<typeof serveApi>>;

beforeAll(async () => {
  const { database } = await testDatabase();
  api = await serveApi(database);
  cleanUp(() => api.app.close());
});

async function list(login: Login, query = '') {
  const { status, body } = await adminCall(api.url, login, 'GET', `Alerts?${query}`);
  expect([query, status]).toEqual([query, 200]);
  return alertPageSchema.parse(body);
}

describe('the alerts of an account', () => {
  it('are listed by code and dates, the newest first and a page at a time, and fetched', async () => {
    const owner = await api.account();
    const other = await api.account();
    const [serviceSid, sessionSid] = [newSid('KS'), newSid('KC')];
    const alerts = api.app.get(Alerts);
    const codes = [80901, 80902, 80908] as const;
    for (const code of codes) {
      alerts.raise(code, { accountSid: owner.username, serviceSid, sessionSid, why: 'status 500' });
    }
    const all = await waitFor(async () => {
      const { alerts: found } = await list(owner);
      return found.length === codes.length && found;
    });
    expect(all.map(({ code }) => code).sort()).toEqual(codes);
    const [failed] = (await list(owner, 'Code=80908')).alerts;
    expect(failed).toMatchObject({
      account_sid: owner.username,
      service_sid: serviceSid,
      session_sid: sessionSid,
      interaction_sid: null,
      message: 'A callback failed.',
      why: 'status 500',
      more_info: 'https://www.twilio.com/docs/errors/80908',
    });
    expect((await list(owner, 'DateCreatedTo=2020-01-01')).alerts).toEqual([]);
    expect((await list(owner, 'DateCreatedFrom=2020-01-01')).alerts).toEqual(all);
    const first = await list(owner, 'PageSize=2');
    const next = new URL(first.meta.next_page_url ?? '').search.slice(1);
    const second = await list(owner, next);
    expect([...first.alerts, ...second.alerts]).toEqual(all);
    expect(second.meta.next_page_url).toBeNull();

    const fetched = await adminCall(api.url, owner, 'GET', `Alerts/${failed?.sid ?? ''}`);
    expect(fetched).toMatchObject({ status: 200, body: failed });
    expect(fetched.body?.['url']).toBe(`${api.url}/admin/v1/Alerts/${failed?.sid ?? ''}`);
    expect((await adminCall(api.url, other, 'GET', `Alerts/${failed?.sid ?? ''}`)).status).toBe(404);
    expect((await list(other)).alerts).toEqual([]);
  });

  it.each(['Code=9', 'Code=x', 'DateCreatedFrom=x', 'PageSize=0'])('are not listed by %s', async (query) => {
    const answer = await adminCall(api.url, await api.account(), 'GET', `Alerts?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
  });
});
