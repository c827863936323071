import { describe, it } from '@jest/globals';
import { hasPgBouncer, postgresVersions, startPgBouncer, testDatabase } from '#testing';
import { torture } from './torture.js';

// The long spec without PgBouncer has every version with one partition and with two.
const partitionsOn = (postgres: string) => (postgres === '15' ? 1 : 2);

const withPgBouncer = hasPgBouncer() ? describe : describe.skip;

withPgBouncer.each(postgresVersions())(
  'four processes that meet wherever they can through PgBouncer, on PostgreSQL %s',
  (postgres) => {
    it('leave nothing wrong, though one is killed and they are short of connections', async () => {
      const database = await testDatabase({ postgres });
      const { url: poolUrl } = await startPgBouncer(database.url, { settings: { default_pool_size: '3' } });
      await torture({ ...database, poolUrl }, partitionsOn(postgres), 30);
    });
  },
);
