import { describe, expect, it } from '@jest/globals';
import { openQueues } from '#queues';
import {
  call,
  queueBackends,
  redisUrl,
  startService,
  testDatabase,
  waitFor,
  type Answer,
  type Service,
} from '#testing';
import { consumerSchema } from '#wire';

describe.each(queueBackends())('an api beside a worker, with queues on %s', (backend) => {
  it('registers a consumer, shows it getting its events, and stops as if nothing was', async () => {
    const { url, database } = await testDatabase();
    const REDIS_URL = backend === 'redis' ? await redisUrl() : undefined;
    const queues = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
    await queues.migrate();
    await queues.close();
    const env = { DATABASE_URL: url, ...(REDIS_URL !== undefined && { REDIS_URL }) };
    const api = await startService('api', { env });
    await startService('worker', { like: api });

    const made = await ask(api, 'POST', '', { Name: 'ledger', Start: 'beginning' });
    expect(made.status).toBe(201);
    // The account's own beginning, at least.
    const { rows } = await database.admin.query<{ n: number }>(
      'select count(*)::int as n from maskline.event',
    );
    expect(rows[0]?.n).toBeGreaterThan(0);
    const sent = await waitFor(async () => {
      const consumer = consumerSchema.parse((await ask(api, 'GET', '/ledger')).body);
      return consumer.behind === 0 && consumer;
    });
    expect(sent).toMatchObject({ waiting: rows[0]?.n, lag_events: rows[0]?.n, failed: 0, is_paused: false });
    expect(await ask(api, 'POST', '/ledger/Pause')).toMatchObject({ status: 200, body: { is_paused: true } });
    expect((await ask(api, 'DELETE', '/ledger?DropQueue=true')).status).toBe(204);

    expect(await api.stop()).toBe(0);
  });
});

describe('a standalone', () => {
  it('has its consumers looked after by the account that it made', async () => {
    const newcomer = { MASKLINE_ACCOUNT_SID: '', MASKLINE_AUTH_TOKEN: '' };
    const standalone = await startService('standalone', { env: newcomer });
    const [, accountSid = '', authToken = ''] = await waitFor(() =>
      /-u (AC\w+):(\w+)/.exec(standalone.logs()),
    );
    const owned = { ...standalone, accountSid, authToken };
    expect((await ask(owned, 'POST', '', { Name: 'ledger' })).status).toBe(201);
    const { body } = await ask(owned, 'GET', '/ledger');
    expect(body).toMatchObject({ name: 'ledger', waiting: expect.any(Number) });
    expect(await standalone.stop()).toBe(0);
  });
});

function ask(
  { url, accountSid, authToken }: Pick<Service, 'url' | 'accountSid' | 'authToken'>,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  return call(url, method, `/admin/v1/Consumers${path}`, {
    login: { username: accountSid, password: authToken },
    ...(body !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
}
