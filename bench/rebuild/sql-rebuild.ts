import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { packageRoot, type Database } from '#platform';
import { secondsOf, type Rebuilder } from './rebuilder.js';

const TABLE = 'public.session_by_sql';

/**
 * PostgreSQL's own limit: one statement makes all rows in a copy of the table, whose indexes come afterwards, in one transaction.
 * Nobody could go on writing meanwhile, and it knows only the three types of events that there are.
 */
export async function sqlRebuild({ admin }: Database): Promise<Rebuilder> {
  const fold = await readFile(join(packageRoot, 'bench', 'rebuild', 'fold-sessions.sql'), 'utf8');
  const indexes = await indexesOfSessions(admin);
  return {
    name: 'pure SQL',
    async measure() {
      await admin.query(`drop table if exists ${TABLE}`);
      const statements = [
        'begin',
        `create table ${TABLE} (like maskline.session including all excluding indexes)`,
        fold,
        ...indexes,
        'commit',
      ];
      const client = await admin.connect();
      const seconds = await secondsOf(async () => {
        for (const statement of statements) await client.query(statement);
      }).finally(() => {
        client.release();
      });
      await compare(admin);
      return seconds;
    },
  };
}

async function indexesOfSessions(admin: pg.Pool): Promise<string[]> {
  const { rows } = await admin.query<{ ddl: string }>(
    `select regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX \\S+ ON maskline.session ', 'create \\1index on ${TABLE} ') as ddl
     from pg_indexes where schemaname = 'maskline' and tablename = 'session'`,
  );
  return rows.map(({ ddl }) => ddl);
}

/** Fails unless its rows are those of the table that REST shows. */
async function compare(admin: pg.Pool): Promise<void> {
  const { rows } = await admin.query<{ different: number }>(
    `select count(*)::int as different from (
       (table maskline.session except all table ${TABLE}) union all (table ${TABLE} except all table maskline.session)
     ) d`,
  );
  const different = rows[0]?.different;
  if (different !== 0) throw new Error(`${different} rows are different where SQL has folded them`);
}
