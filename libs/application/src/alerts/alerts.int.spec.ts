import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { newSid, OutboundHttp } from '#platform';
import { AlertQueries, forgetAlerts } from '#read-model';
import { cleanUp, moveClock, testDatabase, testWorld, waitFor, webhookReceiver } from '#testing';
import { AlertOutlet } from './alert-outlet.js';
import { AlertPost } from './alert-post.js';
import { Alerts, type AlertCode } from './alerts.js';

const authToken = '12345678901234567890123456789012';
const credentials = { authTokenOf: () => Promise.resolve(authToken) };

async function open(alertUrl: string | null) {
  const { database } = await testDatabase();
  await testWorld(database);
  const http = new OutboundHttp('loopback');
  cleanUp(() => http.close());
  const post = alertUrl === null ? null : new AlertPost(alertUrl, http, credentials);
  const outlet = new AlertOutlet(database, 1, post);
  const counted: AlertCode[] = [];
  const alerts = new Alerts((code) => counted.push(code), outlet);
  return { database, outlet, alerts, counted, queries: new AlertQueries(database, 1) };
}

const all = { size: 100, from: 0 };

describe('alerts', () => {
  it('are kept, each account seeing its own, the newest first and a page at a time', async () => {
    const { alerts, counted, queries } = await open(null);
    const [accountSid, serviceSid, sessionSid] = [newSid('AC'), newSid('KS'), newSid('KC')];
    for (const code of [80901, 80902, 80908] as const) {
      alerts.raise(code, { accountSid, serviceSid, sessionSid, why: 'a word' });
    }
    alerts.raise(80624, { accountSid: newSid('AC'), serviceSid });
    expect(counted).toEqual([80901, 80902, 80908, 80624]);

    const { rows } = await waitFor(async () => {
      const page = await queries.list(accountSid, all);
      return page.rows.length === 3 && page;
    });
    expect(rows.map(({ code }) => code)).toEqual([80908, 80902, 80901]);
    expect(rows[0]).toEqual({
      sid: expect.stringMatching(/^NO[0-9a-f]{32}$/),
      account_sid: accountSid,
      service_sid: serviceSid,
      session_sid: sessionSid,
      interaction_sid: null,
      code: 80908,
      why: 'a word',
      date_created: expect.any(String),
    });
    const first = await queries.list(accountSid, { size: 2, from: 0 });
    expect(first.hasMore).toBe(true);
    const [, last = { date_created: '', sid: '' }] = first.rows;
    const from = { direction: 'after', dateCreated: last.date_created, sid: last.sid } as const;
    const second = await queries.list(accountSid, { size: 2, from });
    expect(second).toEqual({ rows: [rows[2]], hasMore: false });
    expect((await queries.list(accountSid, all, { code: 80902 })).rows).toHaveLength(1);
    expect((await queries.list(accountSid, all, { from: '2999-01-01T00:00:00Z' })).rows).toEqual([]);
  });

  it('are forgotten when they are old, and when there are too many', async () => {
    const { database, alerts, queries } = await open(null);
    const accountSid = newSid('AC');
    for (let i = 0; i < 5; i++) {
      alerts.raise(80901, { accountSid, serviceSid: newSid('KS') });
      await waitFor(async () => (await queries.list(accountSid, all)).rows.length === i + 1);
    }
    expect(await forgetAlerts(database.admin, 0, { days: 30, kept: 5 }, 100)).toBe(0);
    expect(await forgetAlerts(database.admin, 0, { days: 30, kept: 3 }, 100)).toBe(2);
    await moveClock(database, '31 days');
    expect(await forgetAlerts(database.admin, 0, { days: 30, kept: 3 }, 2)).toBe(2);
    expect(await forgetAlerts(database.admin, 0, { days: 30, kept: 3 }, 2)).toBe(1);
    expect((await queries.list(accountSid, all)).rows).toEqual([]);
  });

  it('are posted to a URL, signed so that Twilio’s library accepts it', async () => {
    const receiver = await webhookReceiver((response) => response.writeHead(204).end());
    const { alerts, outlet } = await open(`${receiver.url}/alerts?x=1`);
    const [accountSid, serviceSid] = [newSid('AC'), newSid('KS')];
    alerts.raise(80908, { accountSid, serviceSid, why: 'status 500' });
    await waitFor(() => receiver.calls.length === 1);
    await outlet.beforeApplicationShutdown();

    const [received] = receiver.calls;
    const { path = '', headers, body = '' } = received ?? {};
    expect(JSON.parse(body)).toMatchObject({
      sid: headers?.['i-twilio-idempotency-token'],
      account_sid: accountSid,
      service_sid: serviceSid,
      code: 80908,
      message: 'A callback failed.',
      why: 'status 500',
    });
    const signature = String(headers?.['x-twilio-signature']);
    expect(twilio.validateRequestWithBody(authToken, signature, `${receiver.url}${path}`, body)).toBe(true);
  });

  it('hold nobody up when the URL hangs, and are kept all the same', async () => {
    const receiver = await webhookReceiver(() => undefined);
    const { alerts, queries } = await open(receiver.url);
    const accountSid = newSid('AC');
    const begun = performance.now();
    for (let i = 0; i < 2_000; i++) alerts.raise(80901, { accountSid, serviceSid: newSid('KS') });
    expect(performance.now() - begun).toBeLessThan(5_000);
    await waitFor(async () => {
      const { rows } = await queries.list(accountSid, { size: 1_000, from: 1_000 });
      return rows.length === 1_000;
    });
    expect(receiver.calls.length).toBeLessThanOrEqual(5);
  });
});
