import { readTexts } from '../bench-server.js';
import { printTable } from '../table.js';
import type { Scale } from './scale.js';

/** What a session takes on disk, by table, once PostgreSQL has tidied up. */
export async function measureSizes({ url, many }: Scale): Promise<void> {
  await readTexts(url, `vacuum (analyze)`);
  const texts = await readTexts(
    url,
    `select concat_ws(' ', relname, pg_table_size(oid), pg_indexes_size(oid)) as text from pg_class
     where relnamespace = 'maskline'::regnamespace and relkind = 'r' and pg_total_relation_size(oid) > 1e6
     order by pg_total_relation_size(oid) desc`,
  );
  const tables = texts.map((text) => {
    const [name = '', rows, indexes] = text.split(' ');
    return { name, rows: Number(rows), indexes: Number(indexes) };
  });
  const total = tables.reduce((sum, { rows, indexes }) => sum + rows + indexes, 0);
  const each = (bytes: number) => (bytes / many.sessions).toFixed(0);
  console.log('### What a session takes on disk, with its one event\n');
  printTable(
    ['table', 'bytes in rows', 'bytes in indexes'],
    [
      ...tables.map(({ name, rows, indexes }) => [name, each(rows), each(indexes)]),
      ['all', each(total), `${(total / 1e9).toFixed(2)} GB in all`],
    ],
  );
}
