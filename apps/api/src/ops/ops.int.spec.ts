import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase } from '#testing';
import { databaseChecks, type Database } from '#platform';
import { serveApi } from '../spec/serve-api.js';

let database: Database;
let api: Awaited<ReturnType<typeof serveApi>>;
let broken: string | null = null;

beforeAll(async () => {
  ({ database } = await testDatabase());
  const other = {
    name: 'other',
    check: () => (broken === null ? Promise.resolve() : Promise.reject(new Error(broken))),
  };
  const hanging = {
    name: 'hanging',
    check: () => (broken === null ? Promise.resolve() : new Promise<void>(() => undefined)),
  };
  api = await serveApi(database, { checks: [...databaseChecks(database), other, hanging] });
  cleanUp(() => api.app.close());
});

describe('/healthz', () => {
  it('says that the process answers, to anyone', async () => {
    const { status, body } = await call(api.url, 'GET', '/healthz');
    expect([status, body]).toEqual([200, { status: 'ok' }]);
  });
});

describe('/readyz', () => {
  it('lists every check', async () => {
    const { status, body } = await call(api.url, 'GET', '/readyz');
    expect([status, body]).toEqual([
      200,
      { status: 'ready', checks: { database: 'ok', migrations: 'ok', other: 'ok', hanging: 'ok' } },
    ]);
  });

  it('says which check fails or hangs, and keeps the reason to the log', async () => {
    broken = 'the reason';
    const { status, body, text } = await call(api.url, 'GET', '/readyz');
    broken = null;
    expect([status, body]).toEqual([
      503,
      {
        status: 'not ready',
        checks: { database: 'ok', migrations: 'ok', other: 'failing', hanging: 'failing' },
      },
    ]);
    expect(text).not.toContain('the reason');
  });

  it('is not ready while the database lacks a migration', async () => {
    await database.admin.query('create table maskline.kept as select * from maskline.migration');
    await database.admin.query(
      `delete from maskline.migration where name = (select max(name) from maskline.migration)`,
    );
    const { body } = await call(api.url, 'GET', '/readyz');
    await database.admin.query(
      `insert into maskline.migration select * from maskline.kept on conflict do nothing`,
    );
    expect(body?.['checks']).toMatchObject({ migrations: 'failing' });
  });
});

describe('/metrics', () => {
  it('counts requests by route, never by path', async () => {
    const login = await api.account();
    await call(api.url, 'GET', '/v1/Services/some-name', { login });
    await call(api.url, 'GET', '/v1/nowhere/some-name', { login });
    const response = await fetch(`${api.url}/metrics`);
    const metrics = await response.text();
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const count = 'maskline_http_request_duration_seconds_count';
    expect(metrics).toContain(`${count}{method="GET",route="/v1/Services/:serviceSid",status="404"} 1`);
    expect(metrics).toContain(`${count}{method="GET",route="none",status="404"} 1`);
    expect(metrics).not.toContain('some-name');
  });
});
