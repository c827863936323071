import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ensurePartitions } from '#event-store';
import { packageRoot } from '#platform';
import { postgresVersions, testDatabase } from '#testing';
import { torture } from '../torture/torture.js';

describe.each(postgresVersions())('the log in a table for each partition, on PostgreSQL %s', (postgres) => {
  it('is the same log: four processes that meet wherever they can leave nothing wrong', async () => {
    const test = await testDatabase({ postgres });
    await ensurePartitions(test.database.admin, 2);
    const script = await readFile(join(packageRoot, 'docs/scaling/partition-tables.sql'), 'utf8');
    await test.database.admin.query(script);

    await torture(test, 2, 10);

    const { rows } = await test.database.admin.query<{ tables: number }>(
      'select count(distinct tableoid)::int as tables from maskline.event',
    );
    expect(rows).toEqual([{ tables: 2 }]);
  }, 120_000);

  it('takes over what was written before', async () => {
    const test = await testDatabase({ postgres });
    await torture(test, 2, 10);
    const count = `select (select count(*) from maskline.event)::int as events,
      (select count(*) from maskline.stream)::int as streams, (select count(*) from maskline.claim)::int as claims`;
    const before = await test.database.admin.query(count);
    const script = await readFile(join(packageRoot, 'docs/scaling/partition-tables.sql'), 'utf8');
    await test.database.admin.query(script);
    expect((await test.database.admin.query(count)).rows).toEqual(before.rows);
  }, 120_000);
});
