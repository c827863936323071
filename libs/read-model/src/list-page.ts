import type { Queryable } from '#event-store';
import type { Page, PageRange } from './page.js';

/** Always so: the condition of the list indexes, without which no statement takes one (see migration 0008). */
export const isListed = `date_created > '-infinity'`;

/** A list of rows under one owner, sorted by (date_created, sid), newest first. The texts are constants of the code. */
export interface ListStatement {
  readonly name: string;
  /** Ends in a where clause over $1 (partition) and the owners from $2 on. */
  readonly select: string;
  readonly owners: readonly string[];
}

/** Reads one page by keyset, or from an offset when a client names a page without its token. */
export async function listPage<Row>(
  db: Queryable,
  partition: number,
  { name, select, owners }: ListStatement,
  { size, from }: PageRange,
): Promise<Page<Row>> {
  const given = [partition, ...owners];
  const next = given.length + 1;
  const order = 'order by date_created desc, sid desc';
  if (typeof from === 'number') {
    const { rows } = await db.query({
      name: `${name}-offset`,
      text: `${select} and ${isListed} ${order} offset $${next} limit $${next + 1}`,
      values: [...given, from, size + 1],
    });
    return page(rows as Row[], size);
  }
  const isAfter = from.direction === 'after';
  const { rows } = await db.query({
    name: `${name}-${from.direction}`,
    text: isAfter
      ? `${select} and ${isListed} and (date_created, sid) < ($${next}, $${next + 1}) ${order} limit $${next + 2}`
      : `${select} and ${isListed} and (date_created, sid) > ($${next}, $${next + 1}) order by date_created, sid limit $${next + 2}`,
    values: [...given, from.dateCreated, from.sid, size + 1],
  });
  const read = page(rows as Row[], size);
  return isAfter ? read : { ...read, rows: read.rows.toReversed() };
}

/** One row more than asked for was read, to know whether there are more. */
function page<Row>(rows: readonly Row[], size: number): Page<Row> {
  return { rows: rows.slice(0, size), hasMore: rows.length > size };
}
