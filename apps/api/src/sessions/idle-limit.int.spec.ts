import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { call, cleanUp, MaskingApi, moveClock, testDatabase } from '#testing';
import { serveApi } from '../spec/serve-api.js';

// Contract §16 Q3: Twilio's pages contradict each other, so the operator says.

let database: Database;
let service: MaskingApi;
const days90 = 90 * 86_400;

beforeAll(async () => {
  ({ database } = await testDatabase());
  const api = await serveApi(database, { masking: { MAX_SESSION_IDLE_DAYS: 90 } });
  cleanUp(() => api.app.close());
  const login = await api.account();
  service = await MaskingApi.open((method, path, options = {}) =>
    call(api.url, method, path, { login, ...options }),
  );
});

describe('where sessions may be idle for 90 days', () => {
  it('one without ttl and expiry date has a ttl of 90 days, and ends then', async () => {
    const { body } = await service.session();
    expect(body).toMatchObject({ ttl: days90, date_expiry: null, status: 'open' });
    await moveClock(database, '91 days');
    expect((await service.get(`Sessions/${String(body?.['sid'])}`)).body).toMatchObject({
      status: 'closed',
      closed_reason: 'ttl-expired',
    });
  });

  it('one that says when it ends is left alone, until it no longer does', async () => {
    const sid = await service.sessionSid({ Ttl: '60' });
    expect((await service.get(`Sessions/${sid}`)).body).toMatchObject({ ttl: 60 });
    expect((await service.post(`Sessions/${sid}`, { Ttl: '0' })).body).toMatchObject({ ttl: days90 });
    await service.post(`Sessions/${sid}`, { Status: 'closed' });
    expect((await service.post(`Sessions/${sid}`, { Status: 'in-progress', Ttl: '0' })).body).toMatchObject({
      ttl: days90,
      status: 'in-progress',
    });
    const dated = await service.session({ DateExpiry: '2999-01-01T00:00:00Z' });
    expect(dated.body).toMatchObject({ ttl: 0 });
  });
});
