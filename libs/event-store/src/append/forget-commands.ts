import type { Queryable } from '../queryable.js';

/**
 * The oldest rows first and only then the time, for no index is searched by a volatile clock; and deleted where they lie: a
 * join with the table itself was seen to walk all of it.
 */
const text = `
  delete from maskline.command
  where ctid = any (array(
    select oldest.ctid from maskline.partition_head h
    cross join lateral (
      select c.ctid, c.recorded_at from maskline.command c where c.partition = h.partition order by c.recorded_at limit $1
    ) oldest
    where oldest.recorded_at < maskline.clock() - interval '24 hours'
  ))
  returning 1`;

/** Forgets command ids of more than 24 hours ago, at most so many in a partition; answers how many. */
export async function forgetOldCommands(db: Queryable, most: number): Promise<number> {
  const { rows } = await db.query({ name: 'forget-old-commands', text, values: [most] });
  return rows.length;
}
