import { describe, it } from '@jest/globals';
import { postgresVersions, testDatabase } from '#testing';
import { torture } from './torture.js';

describe.each(postgresVersions())(
  'four processes that meet wherever they can, on PostgreSQL %s',
  (postgres) => {
    it.each([1, 2])(
      'leave nothing wrong in %i partition(s) in a minute, though one is killed',
      async (partitions) => {
        await torture(await testDatabase({ postgres }), partitions, 60);
      },
    );
  },
);
