import { beforeAll, describe, expect, it } from '@jest/globals';
import { addConsumer, listConsumers } from '#event-store';
import { newSid } from '#platform';
import { openQueues } from '#queues';
import { call, cleanUp, queueBackends, redisUrl, testDatabase } from '#testing';
import { consumerListSchema, consumerSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

async function open(kind: 'postgres' | 'redis' | 'absent') {
  const { url, database } = await testDatabase();
  const ofInstallation = newSid('AC');
  const redis = kind === 'redis' ? await redisUrl() : undefined;
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL: redis }, 'spec');
  // Without its schema, BullMQ is as good as absent.
  if (kind !== 'absent') await queues.migrate();
  cleanUp(() => queues.close());
  const api = await serveApi(database, { queues, ofInstallation });
  cleanUp(() => api.app.close());
  const owner = await api.account(ofInstallation);
  const ask = (method: string, path: string, body?: unknown) =>
    adminCall(api.url, owner, method, `Consumers${path}`, body);
  const list = async () => consumerListSchema.parse((await ask('GET', '')).body).consumers;
  return { api, database, owner, ask, list };
}

describe.each(queueBackends())('the consumers of an installation, with queues on %s', (kind) => {
  it('are registered, listed with their lag, paused, resumed and removed', async () => {
    const { api, database, ask, list } = await open(kind);
    const wish = { Name: 'ledger', Types: ['AccountCreated', 'SessionCreated'], Start: 'beginning' };
    const made = await ask('POST', '', wish);
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'ledger', types: wish.Types, is_paused: false, waiting: 0, failed: 0, date_paused: null },
    });
    expect(made.body?.['url']).toBe(`${api.url}/admin/v1/Consumers/ledger`);
    // Nobody relays here: the account's own beginning is before it.
    expect(consumerSchema.parse(made.body).lag_events).toBeGreaterThan(0);
    expect(await ask('POST', '', wish)).toMatchObject({ status: 409, body: { code: 20409 } });
    expect((await ask('POST', '', { Name: 'all' })).status).toBe(201);
    expect(await list()).toMatchObject([
      { name: 'all', types: null, lag_events: 0, lag_seconds: 0 },
      { name: 'ledger', types: wish.Types },
    ]);

    const paused = await ask('POST', '/ledger/Pause');
    expect(paused).toMatchObject({ status: 200, body: { is_paused: true, date_paused: expect.any(String) } });
    expect((await listConsumers(database.admin)).map(({ pausedAt }) => pausedAt !== null)).toEqual([
      false,
      true,
    ]);
    expect(await ask('POST', '/ledger/Resume')).toMatchObject({ status: 200, body: { is_paused: false } });
    expect(await ask('POST', '/ledger/Retry')).toMatchObject({ status: 200, body: { retried: 0 } });

    expect((await ask('DELETE', '/ledger?DropQueue=maybe')).status).toBe(400);
    expect((await ask('DELETE', '/ledger?DropQueue=true')).status).toBe(204);
    expect((await ask('DELETE', '/all')).status).toBe(204);
    expect(await list()).toEqual([]);
    for (const path of ['/ledger', '/ledger/Pause', '/ledger/Resume', '/ledger/Retry']) {
      const answer = await ask(path === '/ledger' ? 'GET' : 'POST', path);
      expect([path, answer.status, answer.body?.['code']]).toEqual([path, 404, 20404]);
    }
  });
});

describe('a wish for a consumer', () => {
  let world: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    world = await open('absent');
  });

  it.each([
    {},
    { Name: 'Ledger' },
    { Name: 'a:b' },
    { Name: 'ledger', Types: ['SessionCreate'] },
    { Name: 'ledger', Types: [] },
    { Name: 'ledger', Start: 'yesterday' },
    { Name: 'ledger', Start: -1 },
  ])('is refused when it is %j', async (wish) => {
    const answer = await world.ask('POST', '', wish);
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    expect(await world.list()).toEqual([]);
  });
});

describe('the consumers of an installation', () => {
  it('are listed while the queues are away, without what these alone know, and nothing is done by halves', async () => {
    const { database, ask, list } = await open('absent');
    await addConsumer(database.admin, 'ledger', null, 'now');
    expect(await list()).toMatchObject([
      { name: 'ledger', behind: 0, lag_events: null, lag_seconds: null, waiting: null, failed: null },
    ]);
    for (const path of ['/ledger/Pause', '/ledger/Retry']) {
      const answer = await ask('POST', path);
      expect(answer).toMatchObject({ status: 503, body: { code: 20503 }, headers: { 'retry-after': '1' } });
    }
    expect((await ask('DELETE', '/ledger?DropQueue=true')).status).toBe(503);
    expect(await list()).toMatchObject([{ is_paused: false }]);
    // What is not asked about the queue does not need it.
    expect((await ask('DELETE', '/ledger')).status).toBe(204);
  });

  it('are no business of another account, nor of any where the settings name none', async () => {
    const { api, owner, database } = await open('absent');
    await addConsumer(database.admin, 'ledger', null, 'now');
    const { database: other } = await testDatabase();
    const unnamed = await serveApi(other);
    cleanUp(() => unnamed.app.close());
    const reader = await api.apiKey(owner.username, 'read-only');
    expect((await adminCall(api.url, reader, 'GET', 'Consumers')).status).toBe(200);
    expect((await adminCall(api.url, reader, 'POST', 'Consumers/ledger/Pause')).status).toBe(403);
    for (const [url, login] of [
      [api.url, await api.account()],
      [unnamed.url, await unnamed.account()],
    ] as const) {
      // However the path is spelled.
      for (const path of ['Consumers', 'Consumers/ledger', '%43onsumers']) {
        const answer = await call(url, 'GET', `/admin/v1/${path}`, { login });
        expect([path, answer.status, answer.body?.['code']]).toEqual([path, 403, 20403]);
      }
      expect((await adminCall(url, login, 'DELETE', 'Consumers/ledger')).status).toBe(403);
    }
    expect(await listConsumers(database.admin)).toHaveLength(1);
  });
});
