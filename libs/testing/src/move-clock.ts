import type { Database } from '#platform';

/**
 * Sets the time of a test database so far ahead of the real one: `moveClock(database, '3 hours')`; `'0'` sets it
 * right again. All of Maskline asks `maskline.clock()`, so everything moves at once.
 */
export async function moveClock(database: Database, ahead: string): Promise<void> {
  // A function body takes no parameters of the statement; the quoting is PostgreSQL's own.
  const { rows } = await database.admin.query<{ sql: string }>(
    `select format($$
      create or replace function maskline.clock() returns timestamptz
        language sql volatile
        return date_trunc('milliseconds', clock_timestamp() + %L::interval)
    $$, $1::interval) as sql`,
    [ahead],
  );
  for (const { sql } of rows) await database.admin.query(sql);
}
