import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, postgresVersions, testDatabase, type TestDatabase } from '#testing';
import { migrate, pendingMigrations } from './migrate.js';
import { StartError } from './start-error.js';

describe.each(postgresVersions())('migrations on PostgreSQL %s', (postgres) => {
  let test: TestDatabase;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'migrations-'));
    cleanUp(() => rm(directory, { recursive: true }));
  });

  beforeEach(async () => {
    test = await testDatabase({ postgres, migrated: false });
    for (const file of await readdir(directory)) await rm(join(directory, file));
    await writeFile(join(directory, '0001_first.sql'), 'create table maskline.first (id int);');
    await writeFile(join(directory, '0002_second.sql'), 'create table maskline.second (id int);');
    await writeFile(join(directory, 'schema.sql'), 'this is not a migration');
  });

  const tables = async () => {
    const { rows } = await test.database.admin.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'maskline'::regnamespace and relkind = 'r' order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('run in order, each once', async () => {
    expect(await pendingMigrations(test.database.reads, directory)).toEqual(['0001_first', '0002_second']);
    expect(await migrate(test.database.admin, directory)).toEqual(['0001_first', '0002_second']);
    expect(await migrate(test.database.admin, directory)).toEqual([]);
    expect(await pendingMigrations(test.database.reads, directory)).toEqual([]);
    expect(await tables()).toEqual(['first', 'migration', 'second']);
  });

  it('run once when several processes start together', async () => {
    const ran = await Promise.all([1, 2, 3].map(() => migrate(test.database.admin, directory)));

    expect(ran.flat().sort()).toEqual(['0001_first', '0002_second']);
  });

  it('leave nothing of one that fails, and go on from there once it is mended', async () => {
    await writeFile(
      join(directory, '0002_second.sql'),
      'create table maskline.second (id int); select 1 / 0;',
    );

    await expect(migrate(test.database.admin, directory)).rejects.toThrow(/^migration 0002_second failed: /);
    expect(await tables()).toEqual(['first', 'migration']);

    await writeFile(join(directory, '0002_second.sql'), 'create table maskline.second (id int);');
    expect(await migrate(test.database.admin, directory)).toEqual(['0002_second']);
  });

  it('refuse a file that was changed after it had run', async () => {
    await migrate(test.database.admin, directory);
    await writeFile(join(directory, '0001_first.sql'), 'create table maskline.first (id bigint);');

    const refusal = new StartError('migration 0001_first was changed after it had run on this database');
    await expect(migrate(test.database.admin, directory)).rejects.toThrow(refusal);
    await expect(pendingMigrations(test.database.reads, directory)).rejects.toThrow(refusal);
  });

  it('see no change in other line ends', async () => {
    await writeFile(join(directory, '0003_third.sql'), 'select 1;\nselect 2;\n');
    await migrate(test.database.admin, directory);
    await writeFile(join(directory, '0003_third.sql'), 'select 1;\r\nselect 2;\r\n');

    expect(await migrate(test.database.admin, directory)).toEqual([]);
  });

  it('refuse a database that is newer than the code', async () => {
    await migrate(test.database.admin, directory);
    await rm(join(directory, '0002_second.sql'));

    await expect(migrate(test.database.admin, directory)).rejects.toThrow(
      new StartError('the database is newer than this version of Maskline: it has migration 0002_second'),
    );
  });
});
