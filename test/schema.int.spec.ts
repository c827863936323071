import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import { describeSchema, postgresVersions, testDatabase } from '#testing';

describe.each(postgresVersions())('migrations/schema.sql on PostgreSQL %s', (postgres) => {
  it('is what the migrations result in (else: npm run schema)', async () => {
    const { database } = await testDatabase({ postgres });

    const written = await readFile(join(packageRoot, 'migrations', 'schema.sql'), 'utf8');
    expect(await describeSchema(database.admin)).toBe(written);
  });
});
