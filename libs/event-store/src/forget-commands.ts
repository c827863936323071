import type { Queryable } from './append.js';

const text = `
  with old as (
    select c.partition, c.id from maskline.partition_head h
    cross join lateral (
      select partition, id from maskline.command
      where partition = h.partition and recorded_at < maskline.clock() - interval '24 hours'
      order by recorded_at limit $1
    ) c
  )
  delete from maskline.command c using old where c.partition = old.partition and c.id = old.id
  returning 1`;

/** Forgets command ids of more than 24 hours ago, at most so many in a partition; answers how many. */
export async function forgetOldCommands(db: Queryable, most: number): Promise<number> {
  const { rows } = await db.query({ name: 'forget-old-commands', text, values: [most] });
  return rows.length;
}
