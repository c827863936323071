// Writes migrations/schema.sql, what the migrations result in: a migration's effect is read as a difference there.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './typescript.mjs';

const { migrate, openDatabase, packageRoot, startEmbeddedPostgres } =
  await import('../libs/platform/src/index.ts');
const { describeSchema } = await import('../libs/testing/src/describe-schema.ts');

const directory = mkdtempSync(join(tmpdir(), 'maskline-schema-'));
// PostgreSQL may have to run as another user than we.
chmodSync(directory, 0o755);
const postgres = await startEmbeddedPostgres(directory);
try {
  const database = openDatabase({ DATABASE_URL: postgres.url }, 'schema');
  await migrate(database.admin);
  writeFileSync(join(packageRoot, 'migrations', 'schema.sql'), await describeSchema(database.admin));
  await database.close();
} finally {
  await postgres.stop();
  rmSync(directory, { recursive: true });
}
