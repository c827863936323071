import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { cleanUp, hasPgBouncer, postgresVersions, startPgBouncer, testDatabase, waitFor } from '#testing';
import { databaseChecks, requirePooler } from './database-checks.js';
import { openDatabase } from './database.js';
import { Readiness } from './readiness.js';
import { statement } from './statement.js';

// Faults of poolers are the subject here, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const pid = statement('spec-pid', 'select pg_backend_pid() as pid, $1::int as n');
const sleep = statement('spec-sleep', 'select pg_sleep($1::float)');
const divide = statement('spec-divide', 'select 1 / $1::int as quotient');

function open(url: string, poolUrl: string, isPrepared = false) {
  const config = { DATABASE_URL: url, DATABASE_POOL_URL: poolUrl, PREPARED_STATEMENTS: isPrepared };
  const database = openDatabase(config, 'pooled');
  cleanUp(() => database.close());
  return database;
}

const withPgBouncer = hasPgBouncer() ? describe : describe.skip;

withPgBouncer.each(postgresVersions())('PgBouncer in front of PostgreSQL %s', (postgres) => {
  it('will do when it is set up as the documentation says', async () => {
    const { url } = await testDatabase({ postgres });
    const database = open(url, (await startPgBouncer(url)).url);

    await requirePooler(database);
    const { body } = await new Readiness(databaseChecks(database)).ask();
    expect(body).toEqual({ status: 'ready', checks: { pooler: 'ok', database: 'ok', migrations: 'ok' } });
  });

  it('is told what is missing, at the start and by /readyz', async () => {
    const { url } = await testDatabase({ postgres });
    const database = open(url, (await startPgBouncer(url, { connectQuery: 'select 1' })).url);

    await expect(requirePooler(database)).rejects.toThrow(
      'enable_seqscan is on; enable_bitmapscan is on; statement_timeout is 0 ms, not within 1 and 15000; ' +
        'lock_timeout is 0 ms, not within 1 and 5000; idle_in_transaction_session_timeout is 0 ms, not within 1 and 60000',
    );
    const { code, body } = await new Readiness(databaseChecks(database)).ask();
    expect([code, body.checks['pooler'], body.checks['database']]).toEqual([503, 'failing', 'ok']);
  });

  it('is found out when it takes all settings back after each transaction', async () => {
    const { url } = await testDatabase({ postgres });
    const settings = { server_reset_query: 'discard all', server_reset_query_always: '1' };
    const database = open(url, (await startPgBouncer(url, { settings })).url);

    await expect(requirePooler(database)).rejects.toThrow('enable_seqscan is on');
  });

  it('is found out when it does not know the names of statements', async () => {
    const { url } = await testDatabase({ postgres });
    const pooler = await startPgBouncer(url);

    await expect(requirePooler(open(url, pooler.url, true))).rejects.toThrow(
      'PREPARED_STATEMENTS must be false',
    );
    // The name was left behind on the server's connection, where the next process finds it.
    await expect(requirePooler(open(url, pooler.url, true))).rejects.toThrow(
      'PREPARED_STATEMENTS must be false',
    );
    await requirePooler(open(url, pooler.url));
  });

  it('is found out when it leads elsewhere', async () => {
    const { url } = await testDatabase({ postgres });
    const other = await testDatabase({ postgres });

    await expect(requirePooler(open(url, (await startPgBouncer(other.url)).url))).rejects.toThrow(
      'DATABASE_POOL_URL leads to another database than DATABASE_URL',
    );
  });

  it('keeps the times right whatever the server and the others on the same connection have', async () => {
    const { url, database: direct } = await testDatabase({ postgres, migrated: false });
    const name = new URL(url).pathname.slice(1);
    await direct.admin.query(
      `alter database ${name} set timezone to 'Asia/Tokyo'; alter database ${name} set datestyle to 'SQL, DMY'`,
    );
    const pooler = await startPgBouncer(url, { settings: { default_pool_size: '1' } });
    const database = open(url, pooler.url);
    const stranger = new pg.Client({ connectionString: pooler.url });
    await stranger.connect();
    cleanUp(() => stranger.end());
    await stranger.query(`set timezone to 'America/New_York'`);

    const instant = `select '2026-01-02T03:04:05Z'::timestamptz as at, '2026-01-02T03:04:05Z'::timestamptz::text as text,
      pg_backend_pid() as pid`;
    for (let round = 0; round < 3; round++) {
      const [ours, theirs] = [await database.reads.query(instant), await stranger.query(instant)];
      const [row, strange] = [ours.rows[0], theirs.rows[0]] as { at: string; text: string; pid: number }[];
      expect(row).toMatchObject({ at: '2026-01-02T03:04:05.000Z', text: '2026-01-02 03:04:05+00' });
      expect(strange?.text).toContain('01/2026 22:04:05');
      expect(strange?.pid).toBe(row?.pid);
    }
  });

  it('answers each of many that are sent at once its own, over fewer connections than there are pipelines', async () => {
    const { url } = await testDatabase({ postgres, migrated: false });
    const pooler = await startPgBouncer(url, { settings: { default_pool_size: '1' } });
    const [one, other] = [open(url, pooler.url), open(url, pooler.url)];
    const sent = Array.from({ length: 2000 }, (_, n) => n);
    const asked = sent.map((n) =>
      (n % 2 === 0 ? one : other).pipeline(n % 4).query(n % 5 === 0 ? divide(0) : pid(n)),
    );

    const results = await Promise.allSettled(asked);
    const wrong = results.filter((result, n) =>
      n % 5 === 0
        ? result.status !== 'rejected' || (result.reason as { code: string }).code !== '22012'
        : result.status !== 'fulfilled' || (result.value.rows[0] as { n: number }).n !== n,
    );
    expect(wrong).toEqual([]);
    const pids = results.flatMap((result) =>
      result.status === 'fulfilled' ? [(result.value.rows[0] as { pid: number }).pid] : [],
    );
    expect(new Set(pids).size).toBe(1);
  });

  it('has a turn for others, though a pipeline always has something under way', async () => {
    const { url } = await testDatabase({ postgres, migrated: false });
    const pooler = await startPgBouncer(url, { settings: { default_pool_size: '1' } });
    const database = open(url, pooler.url);
    const pipeline = database.pipeline(0);
    let answered = 0;
    const keepBusy = async () => {
      for (; answered < 400; answered++) await pipeline.query(sleep(0.005));
    };
    const busy = Promise.all([keepBusy(), keepBusy(), keepBusy()]);
    await waitFor(() => answered > 20);
    await database.reads.query('select 1');
    const afterOthers = answered;
    await busy;

    expect(afterOthers).toBeLessThan(80);
  });
});
