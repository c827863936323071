// Writes migrations/schema.sql, what the migrations result in: a migration's effect is read as a difference there. And their sums, in
// the form of `sha256sum`: a database that has a migration refuses another one of its name.
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './typescript.mjs';

const { migrate, openDatabase, packageRoot, startEmbeddedPostgres } =
  await import('../libs/platform/src/index.ts');
const { describeSchema } = await import('../libs/testing/src/describe-schema.ts');

const migrations = join(packageRoot, 'migrations');
const listed = join(migrations, 'SHA256SUMS');
const before = readFileSync(listed, 'utf8');
const sums = readdirSync(migrations)
  .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
  .sort()
  .map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(migrations, name)))
        .digest('hex')}  ${name}\n`,
  )
  .join('');
if (!sums.startsWith(before)) {
  throw new Error(
    'a migration that is listed in SHA256SUMS has changed: where it has not landed yet, take its line away; else write another',
  );
}

const directory = mkdtempSync(join(tmpdir(), 'maskline-schema-'));
// PostgreSQL may have to run as another user than we.
chmodSync(directory, 0o755);
const postgres = await startEmbeddedPostgres(directory);
try {
  const database = openDatabase({ DATABASE_URL: postgres.url }, 'schema');
  await migrate(database.admin);
  writeFileSync(join(migrations, 'schema.sql'), await describeSchema(database.admin));
  writeFileSync(listed, sums);
  await database.close();
} finally {
  await postgres.stop();
  rmSync(directory, { recursive: true });
}
