import { sql, type SelectQueryBuilder } from 'kysely';
import type { Page, PageRange } from './page.js';

interface Listed {
  readonly sid: string;
  readonly date_created: string;
}

/**
 * The parts of a query that reads one page of a list sorted by (date_created, sid), newest first: by keyset, or from an offset
 * when a client names a page without its token. One row more than asked for is read, to know whether there are more.
 */
function listPage({ size, from }: PageRange) {
  const isBackwards = typeof from === 'object' && from.direction === 'before';
  // Always so: without this condition no statement takes the index of a list (see migration 0008).
  const isListed = sql<boolean>`date_created > '-infinity'`;
  const beyond = isBackwards ? sql`>` : sql`<`;
  return {
    where:
      typeof from === 'number'
        ? isListed
        : sql<boolean>`${isListed} and (date_created, sid) ${beyond} (${from.dateCreated}, ${from.sid})`,
    order: isBackwards ? sql`date_created, sid` : sql`date_created desc, sid desc`,
    limit: size + 1,
    offset: typeof from === 'number' ? from : 0,
    of: <Row extends Listed>(read: readonly Row[]): Page<Row> => {
      const rows = read.slice(0, size);
      return { rows: isBackwards ? rows.reverse() : rows, hasMore: read.length > size };
    },
  };
}

/** Reads one page of what the query selects. */
export async function readPage<Tables, Table extends keyof Tables, Row extends Listed>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  range: PageRange,
): Promise<Page<Row>> {
  const page = listPage(range);
  const read = await query
    .where(page.where)
    .orderBy(page.order)
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return page.of(read);
}
