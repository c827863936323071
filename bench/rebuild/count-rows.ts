import type pg from 'pg';
import type { SessionLog } from './rebuilder.js';

/** Fails unless each session has its row, and each event has moved one on by a version. */
export async function countRows(
  pool: pg.Pool,
  table: string,
  { sessions, events }: SessionLog,
): Promise<void> {
  const { rows } = await pool.query<{ count: string; versions: string }>(
    `select count(*) as count, sum(version) as versions from ${table}`,
  );
  const [found] = rows;
  if (Number(found?.count) === sessions && Number(found?.versions) === events) return;
  throw new Error(
    `${table} has ${found?.count} rows of ${found?.versions} events, where there are ${sessions} and ${events}`,
  );
}
