import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { packageRoot } from './package-root.js';
import { StartError } from './start-error.js';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

interface Landed {
  readonly name: string;
  readonly sha256: string;
}

const FILES = join(packageRoot, 'migrations');

/**
 * Brings the database to the state of this version, one transaction per file, and answers the names of what
 * ran. Starters at the same time wait for each other: whoever comes second finds nothing left to do.
 */
export async function migrate(pool: pg.Pool, directory = FILES): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const ran: string[] = [];
  const client = await pool.connect();
  try {
    for (;;) {
      const name = await runNext(client, migrations);
      if (name === null) break;
      ran.push(name);
    }
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
  return ran;
}

/** What `migrate` would run. Refuses like it when database and code do not fit together. */
export async function pendingMigrations(pool: pg.Pool, directory = FILES): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const { rows } = await pool.query<{ exists: boolean }>(
    `select to_regclass('maskline.migration') is not null as exists`,
  );
  const landed = rows[0]?.exists === true ? await readLanded(pool) : [];
  return pendingOf(migrations, landed).map(({ name }) => name);
}

async function runNext(client: pg.PoolClient, migrations: readonly Migration[]): Promise<string | null> {
  await client.query('begin');
  // Held to the end of the transaction, so a starter that dies frees the next one.
  await client.query(`select pg_advisory_xact_lock(hashtextextended('maskline.migration', 0))`);
  await client.query(`
    create schema if not exists maskline;
    create table if not exists maskline.migration (
      name text collate "C" primary key,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`);
  const [next] = pendingOf(migrations, await readLanded(client));
  if (next !== undefined) {
    await client.query(next.sql).catch((error: unknown) => {
      throw new Error(`migration ${next.name} failed: ${String(error)}`, { cause: error });
    });
    await client.query('insert into maskline.migration (name, sha256) values ($1, $2)', [
      next.name,
      next.sha256,
    ]);
  }
  await client.query('commit');
  return next?.name ?? null;
}

async function readLanded(db: pg.Pool | pg.PoolClient): Promise<Landed[]> {
  const { rows } = await db.query<Landed>('select name, sha256 from maskline.migration order by name');
  return rows;
}

function pendingOf(migrations: readonly Migration[], landed: readonly Landed[]): Migration[] {
  for (const { name, sha256 } of landed) {
    const migration = migrations.find((known) => known.name === name);
    if (migration === undefined) {
      throw new StartError(`the database is newer than this version of Maskline: it has migration ${name}`);
    }
    if (migration.sha256 !== sha256) {
      throw new StartError(`migration ${name} was changed after it had run on this database`);
    }
  }
  return migrations.filter(({ name }) => !landed.some((done) => done.name === name));
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => /^\d{4}_\w+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      // A checkout on Windows may have other line ends; that is no change.
      const sql = (await readFile(join(directory, file), 'utf8')).replaceAll('\r\n', '\n');
      return {
        name: file.slice(0, -'.sql'.length),
        sql,
        sha256: createHash('sha256').update(sql).digest('hex'),
      };
    }),
  );
}
