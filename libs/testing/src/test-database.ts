import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openDatabase, type Database } from '#platform';
import { cleanUp } from './clean-up.js';
import { knownServers, TEMPLATE } from './servers.js';

export interface TestDatabase {
  /** For another process; in the same one use `database`. */
  readonly url: string;
  readonly database: Database;
}

/** The major versions of PostgreSQL at hand, for `describe.each`. */
export function postgresVersions(): string[] {
  return Object.keys(knownServers().postgres).sort();
}

/**
 * A database for this test or spec file alone, dropped after it: a copy of the migrated template, or empty.
 * On PostgreSQL 18 unless the spec asks for another version.
 */
export async function testDatabase({ postgres = '18', migrated = true } = {}): Promise<TestDatabase> {
  const server = knownServers().postgres[postgres];
  if (server === undefined) throw new Error(`this run has no PostgreSQL ${postgres}`);

  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server.url, `create database ${name} template ${migrated ? TEMPLATE : 'template0'}`);
  const url = new URL(server.url);
  url.pathname = name;
  const database = openDatabase({ DATABASE_URL: url.href }, 'test');
  cleanUp(async () => {
    await database.close();
    await administer(server.url, `drop database ${name} with (force)`);
  });
  return { url: url.href, database };
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
