import { foldStreams, type FoldedStreams } from '#event-store';
import type { FoldedTable } from '../folded-table.js';
import { compareRows, type RowDifference } from './compare-rows.js';
import { inSnapshot } from './in-snapshot.js';
import type { Verifying } from './verifying.js';

/**
 * Folds every stream of a table and compares it with its row. Page by page, each within one snapshot: table and log are of
 * one moment, and no snapshot is held long, which would keep PostgreSQL from clearing up the rows that every append changes.
 */
export async function verifyTable(
  verifying: Verifying,
  table: FoldedTable,
  onDifference: (difference: RowDifference) => void,
): Promise<void> {
  for (const partition of verifying.partitions) {
    let after: string | null = null;
    do {
      verifying.signal.throwIfAborted();
      const { folded, rows } = await readPage(verifying, table, partition, after);
      const found = [...compareRows(table, folded.folds, rows)];
      found.forEach(onDifference);
      // A row that is missing was compared too.
      verifying.onCompared(rows.length + found.filter(({ kind }) => kind === 'missing').length);
      verifying.onEvents(folded.events);
      after = folded.next;
    } while (after !== null);
  }
}

interface Page {
  readonly folded: FoldedStreams<object | null>;
  /** The rows between the streams before the page and its last; after the last page, all that are left. */
  readonly rows: readonly { readonly sid: string }[];
}

async function readPage(
  { client, decoding }: Verifying,
  { name, prefix, projector }: FoldedTable,
  partition: number,
  after: string | null,
): Promise<Page> {
  return inSnapshot(client, `maskline.${name}`, async () => {
    const folded = await foldStreams(
      client,
      { partition, prefix, after, upTo: null },
      null,
      (row: object | null, projected) => projector.apply(row, projected),
      decoding,
    );
    const { rows } = await client.query<{ sid: string }>(
      `select * from maskline.${name} where partition = $1 and sid > $2 and ($3::text is null or sid <= $3) order by sid`,
      [partition, after ?? '', folded.next],
    );
    return { folded, rows };
  });
}
