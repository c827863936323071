import type pg from 'pg';

/** Runs reads that all see the database at one moment. The table's name is taken before, so that no rebuild can swap it. */
export async function inSnapshot<Result>(
  client: pg.ClientBase,
  table: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query('begin isolation level repeatable read read only');
  try {
    // Takes no snapshot; the first read after it does.
    await client.query(`lock table ${table} in access share mode`);
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
