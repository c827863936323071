import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import { describeSchema, postgresVersions, testDatabase } from '#testing';

const migrations = join(packageRoot, 'migrations');

describe('a migration', () => {
  it('is as it was listed: a database that has it refuses another one of its name', async () => {
    const names = (await readdir(migrations)).filter((name) => /^\d{4}_/.test(name)).sort();
    const lines = names.map(async (name) => {
      const sum = createHash('sha256').update(await readFile(join(migrations, name)));
      return `${sum.digest('hex')}  ${name}\n`;
    });
    const listed = await readFile(join(migrations, 'SHA256SUMS'), 'utf8');
    expect((await Promise.all(lines)).join('')).toBe(listed);
  });
});

describe.each(postgresVersions())('migrations/schema.sql on PostgreSQL %s', (postgres) => {
  it('is what the migrations result in (else: npm run schema)', async () => {
    const { database } = await testDatabase({ postgres });

    const written = await readFile(join(migrations, 'schema.sql'), 'utf8');
    expect(await describeSchema(database.admin)).toBe(written);
  });
});
