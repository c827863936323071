import twilio from 'twilio';
import { describe, expect, it } from '@jest/globals';
import { hasPgBouncer, startPgBouncer, startService, testDatabase, waitFor } from '#testing';

const withPgBouncer = hasPgBouncer() ? describe : describe.skip;

async function start() {
  const { url, database } = await testDatabase();
  const pooler = await startPgBouncer(url);
  const env = { DATABASE_URL: url, DATABASE_POOL_URL: pooler.url, PREPARED_STATEMENTS: 'false' };
  const api = await startService('api', { env });
  const client = twilio(api.accountSid, api.authToken);
  client.proxy.baseUrl = api.url;
  return { api, database, pooler, services: client.proxy.v1.services };
}

withPgBouncer('the API behind PgBouncer', () => {
  it('leads a session through its life, over the connections of PgBouncer', async () => {
    const { database, pooler, services } = await start();
    const service = await services.create({ uniqueName: 'pooled', defaultTtl: 3600 });
    const { sessions } = services(service.sid);
    const created = await sessions.create({ uniqueName: 'order', mode: 'voice-only' });
    await expect(sessions.create({ uniqueName: 'order' })).rejects.toMatchObject({ code: 80603 });
    expect(await sessions('order').update({ status: 'in-progress' })).toMatchObject({
      status: 'in-progress',
    });
    expect(await sessions(created.sid).update({ status: 'closed' })).toMatchObject({ closedReason: 'api' });
    expect(await sessions(created.sid).update({ status: 'in-progress' })).toMatchObject({ dateEnded: null });
    const shown = await sessions(created.sid).fetch();
    expect(shown).toMatchObject({ ttl: 3600, mode: 'voice-only', dateCreated: created.dateCreated });
    expect((await sessions.list()).map(({ sid }) => sid)).toEqual([created.sid]);
    expect(await sessions(created.sid).remove()).toBe(true);
    await expect(sessions(created.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await services(service.sid).remove()).toBe(true);

    // Appends and reads came by way of PgBouncer, wake-ups and what is done once at the start did not.
    const purposesOf = (rows: Record<string, unknown>[]) =>
      new Set(
        rows.map((row) => String(row['application_name'])).filter((name) => name.startsWith('maskline api')),
      );
    expect(purposesOf(await pooler.command('show clients'))).toEqual(
      new Set(['maskline api append', 'maskline api reads']),
    );
    const { rows } = await database.admin.query<Record<string, unknown>>(
      'select application_name from pg_stat_activity where datname = current_database()',
    );
    expect(purposesOf(rows)).toContain('maskline api subscriptions');
  });

  it('says that it is not ready while PgBouncer is gone, and goes on by itself when it is back', async () => {
    const { api, pooler, services } = await start();
    const { sid } = await services.create({ uniqueName: 'outage' });
    const readyz = async () => (await fetch(`${api.url}/readyz`)).json() as Promise<{ checks: object }>;

    await pooler.kill();
    expect(await readyz()).toMatchObject({
      status: 'not ready',
      checks: { pooler: 'failing', database: 'failing' },
    });
    await expect(services(sid).fetch()).rejects.toMatchObject({ status: 503 });
    await pooler.start();
    expect(await waitFor(async () => (await services(sid).fetch()).sid)).toBe(sid);
    expect(await readyz()).toMatchObject({ status: 'ready' });
  });

  it('does not start when PgBouncer is not set up for it, and says why in one line', async () => {
    const { url } = await testDatabase();
    const pooler = await startPgBouncer(url, { connectQuery: 'set enable_seqscan = off' });
    const env = { DATABASE_URL: url, DATABASE_POOL_URL: pooler.url };

    await expect(startService('api', { env })).rejects.toThrow(
      /ended with code 1 .*DATABASE_POOL_URL will not do.*enable_bitmapscan is on;.*PREPARED_STATEMENTS must be false/s,
    );
  });
});
