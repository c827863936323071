import { foldStreams, type FoldedStreams } from '#event-store';
import { decodingOf } from '../decoding-of.js';
import type { FoldedTable } from '../folded-table.js';
import type { Folded, FoldedRow } from '../folding.js';
import { compareRows, type RowDifference } from './compare-rows.js';
import { inSnapshot } from './in-snapshot.js';
import type { Verifying } from './verifying.js';

/**
 * Folds every stream of a table and compares it with its rows. Page by page, each within one snapshot: table and log are of
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
  readonly folded: FoldedStreams<Folded>;
  /** The rows of the streams from before the page to its last; after the last page, all that are left. */
  readonly rows: readonly FoldedRow[];
}

async function readPage(
  { client, decoding }: Verifying,
  table: FoldedTable,
  partition: number,
  after: string | null,
): Promise<Page> {
  const { name, prefix, folding, streamColumn, listed } = table;
  return inSnapshot(client, `maskline.${name}`, async () => {
    const folded = await foldStreams(
      client,
      { partition, prefix, after, upTo: null },
      null,
      folding.step,
      decodingOf(table, decoding),
    );
    const { rows } = await client.query<FoldedRow>(
      `select * from maskline.${name}
       where partition = $1 and ${streamColumn} > $2 and ($3::text is null or ${streamColumn} <= $3) and ${listed} order by ${streamColumn}`,
      [partition, after ?? '', folded.next],
    );
    return { folded, rows };
  });
}
