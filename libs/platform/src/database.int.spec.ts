import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { postgresVersions, testDatabase, waitFor, type TestDatabase } from '#testing';
import { Database } from './database.js';
import { statement } from './statement.js';

// Lost connections are the subject here, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

describe.each(postgresVersions())('the connections to PostgreSQL %s', (postgres) => {
  let url: string;
  let database: TestDatabase['database'];

  beforeAll(async () => {
    ({ url, database } = await testDatabase({ postgres, migrated: false }));
  });

  it('read times as ISO text in whole milliseconds, and bigints as numbers', async () => {
    const { rows } = await database.reads.query(`
      select '2026-01-02 03:04:05.006789+02'::timestamptz as micros, '2026-01-02'::timestamptz as whole,
        '2026-01-02 03:04:05.1Z'::timestamptz as tenth, 9007199254740991 as largest, -1::bigint as negative,
        null::timestamptz as nothing, array['2026-01-02'::timestamptz, null] as times,
        array[1::bigint, null] as numbers, '{}'::bigint[] as none, 1.50::numeric as exact`);

    expect(rows).toEqual([
      {
        micros: '2026-01-02T01:04:05.006Z',
        whole: '2026-01-02T00:00:00.000Z',
        tenth: '2026-01-02T03:04:05.100Z',
        largest: Number.MAX_SAFE_INTEGER,
        negative: -1,
        nothing: null,
        times: ['2026-01-02T00:00:00.000Z', null],
        numbers: [1, null],
        none: [],
        exact: '1.50',
      },
    ]);
  });

  it.each(['9007199254740992::bigint', `'infinity'::timestamptz`, `'2026-01-02 BC'::timestamptz`])(
    'refuse what would be read wrong: %s',
    async (value) => {
      await expect(database.reads.query(`select ${value}`)).rejects.toThrow(RangeError);
    },
  );

  it('are in UTC whatever the URL or the server say, and named by role and purpose', async () => {
    const elsewhere = new URL(url);
    elsewhere.searchParams.set('options', '-c TimeZone=Asia/Tokyo -c search_path=pg_catalog');
    const tokyo = new Database(elsewhere.href, 'spec');
    const { rows } = await tokyo.append.query(
      `select current_setting('timezone') as zone, current_setting('search_path') as path,
         current_setting('application_name') as name`,
    );
    await tokyo.close();

    expect(rows).toEqual([{ zone: 'UTC', path: 'pg_catalog', name: 'maskline spec append' }]);
  });

  it('prepare a named statement once per connection', async () => {
    const plus = statement('spec-plus', 'select $1::int + $2::int as sum');
    for (const n of [1, 2, 3]) await database.append.query(plus(n, 1));

    const { rows } = await database.append.query(
      `select count(*)::int as prepared from pg_prepared_statements where name = 'spec-plus'`,
    );
    expect(rows).toEqual([{ prepared: 1 }]);
  });

  it('never keep one purpose waiting for another', async () => {
    const busy = await Promise.all(Array.from({ length: 6 }, () => database.reads.connect()));

    const { rows } = await database.append.query('select 1 as n');
    for (const client of busy) client.release();
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('build queries over the same pools', async () => {
    await database.admin.query('create table built (id bigint, at timestamptz)');
    const builder = database.kysely<{ built: { id: number; at: string } }>('reads');
    await builder.insertInto('built').values({ id: 1, at: '2026-01-02T03:04:05.006Z' }).execute();

    expect(await builder.selectFrom('built').selectAll().execute()).toEqual([
      { id: 1, at: '2026-01-02T03:04:05.006Z' },
    ]);
  });

  it('come back after the server has ended them, idle or held by a caller', async () => {
    const held = await database.subscriptions.connect();
    await database.reads.query('select 1');
    await database.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );

    await expect(held.query('select 1')).rejects.toThrow();
    held.release(true);
    const { rows } = await waitFor(() => database.reads.query('select 1 as n'));
    expect(rows).toEqual([{ n: 1 }]);
    expect((await database.subscriptions.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  it('are all gone after closing, once the statements under way are answered', async () => {
    const closing = new Database(url, 'closing');
    const slow = closing.reads.query('select 1 as n from pg_sleep(0.2)');
    await closing.close();

    expect((await slow).rows).toEqual([{ n: 1 }]);
    const left = await waitFor(async () => {
      const { rowCount } = await database.admin.query(
        `select from pg_stat_activity where application_name like 'maskline closing %'`,
      );
      return rowCount === 0;
    });
    expect(left).toBe(true);
  });
});
