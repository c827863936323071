import { describe, it } from '@jest/globals';
import { hasPgBouncer, postgresVersions, startPgBouncer, testDatabase } from '#testing';
import { torture } from './torture.js';

const withPgBouncer = hasPgBouncer() ? describe : describe.skip;

withPgBouncer.each(postgresVersions())(
  'four processes that meet wherever they can, through PgBouncer, on PostgreSQL %s',
  (postgres) => {
    it.each([1, 2])('leave nothing wrong in %i partition(s), though one is killed', async (partitions) => {
      const database = await testDatabase({ postgres });
      const { url: poolUrl } = await startPgBouncer(database.url, { settings: { default_pool_size: '6' } });
      await torture({ ...database, poolUrl }, partitions, 30);
    });
  },
);
