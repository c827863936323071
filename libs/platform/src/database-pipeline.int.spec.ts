import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { postgresVersions, testDatabase, type TestDatabase } from '#testing';
import { statement } from './statement.js';

// Lost connections are the subject here, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const pid = statement('spec-pid', 'select pg_backend_pid() as pid, $1::int as n');
const sleep = statement('spec-sleep', 'select pg_backend_pid() as pid, pg_sleep($1::float) is null as woke');
const divide = statement('spec-divide', 'select 1 / $1::int as quotient');

describe.each(postgresVersions())('a pipeline to PostgreSQL %s', (postgres) => {
  let database: TestDatabase['database'];

  beforeEach(async () => {
    ({ database } = await testDatabase({ postgres, migrated: false }));
  });

  it('sends what comes at once over one connection, and answers each its own', async () => {
    const pipeline = database.pipeline(0);
    const answers = await Promise.all([1, 2, 3, 4].map((n) => pipeline.query(pid(n))));
    const rows = answers.map(({ rows: [row] }) => row as { pid: number; n: number });
    expect(rows.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    expect(new Set(rows.map((row) => row.pid)).size).toBe(1);
  });

  it('gives two partitions a connection each, and a third shares one', async () => {
    const pids = await Promise.all(
      [0, 1, 2].map(async (partition) => {
        const { rows } = await database.pipeline(partition).query(pid(partition));
        return (rows[0] as { pid: number }).pid;
      }),
    );
    expect(new Set(pids).size).toBe(2);
    expect(pids[2]).toBe(pids[0]);
  });

  it('lets a statement that is refused fail alone', async () => {
    const pipeline = database.pipeline(0);
    const results = await Promise.allSettled([1, 0, 2].map((n) => pipeline.query(divide(n))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: '22012' } });
  });

  it('fails all that is under way when the connection is lost, and opens another for what comes next', async () => {
    const pipeline = database.pipeline(0);
    const { rows } = await pipeline.query(pid(1));
    const [before] = rows as { pid: number }[];
    const underWay = Promise.allSettled([pipeline.query(sleep(30)), pipeline.query(pid(2))]);
    await database.admin.query('select pg_terminate_backend($1)', [before?.pid]);

    expect((await underWay).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const { rows: after } = await pipeline.query(pid(3));
    expect(after).toMatchObject([{ n: 3 }]);
    expect(after).not.toMatchObject([{ pid: before?.pid }]);
    expect(database.append.totalCount).toBe(1);
  });

  it('opens no connection before it is needed, and answers what it has sent when it is closed', async () => {
    expect(database.append.totalCount).toBe(0);
    const last = database.pipeline(0).query(sleep(0.1));
    await database.pipeline(0).query(pid(1));
    await database.close();
    expect((await last).rows).toHaveLength(1);
    await expect(database.pipeline(0).query(pid(1))).rejects.toThrow(/end/);
  });
});
