import type { Database, Purpose } from '#platform';

interface Reading {
  /** Sequential scans. */
  readonly scans: number;
  /** Rows read by them, and entries read of every index. */
  readonly read: number;
}

/** What was read of each table so far, by a spec that sends its statements one after the other through this pool. */
export async function tableReadings(
  database: Database,
  pool: Purpose,
  tables: readonly string[],
): Promise<Record<string, Reading>> {
  // A session reports late what it did; the one connection that such statements use is told to do so at once.
  await database[pool].query('select pg_stat_force_next_flush()');
  await database[pool].query('select 1');
  const { rows } = await database.admin.query<Reading & { name: string }>(`
    select t.relname as name, t.seq_scan as scans, (t.seq_tup_read + sum(i.idx_tup_read))::float8 as read
    from pg_stat_user_tables t join pg_stat_user_indexes i using (relid)
    where t.schemaname = 'maskline' and t.relname = any ('{${tables.join()}}')
    group by t.relid, t.relname, t.seq_scan, t.seq_tup_read`);
  return Object.fromEntries(rows.map(({ name, ...reading }) => [name, reading]));
}
