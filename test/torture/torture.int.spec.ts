import { describe, it } from '@jest/globals';
import { postgresVersions, testDatabase } from '#testing';
import { torture } from './torture.js';

// The long spec has every version with one partition and with two.
const partitionsOn = (postgres: string) => (postgres === '15' ? 1 : 2);

describe.each(postgresVersions())(
  'four processes that meet wherever they can, on PostgreSQL %s',
  (postgres) => {
    it('leave nothing wrong, though one is killed', async () => {
      await torture(await testDatabase({ postgres }), partitionsOn(postgres), 8);
    });
  },
);
