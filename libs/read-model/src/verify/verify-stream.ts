import type pg from 'pg';
import { readStream, type Decoding } from '#event-store';
import { decodingOf } from '../decoding-of.js';
import type { FoldedTable } from '../folded-table.js';
import type { Folded, FoldedRow } from '../folding.js';
import { compareRows } from './compare-rows.js';
import { inSnapshot } from './in-snapshot.js';

/** Whether the rows of one stream are not what its events say. */
export async function hasDrifted(
  client: pg.ClientBase,
  table: FoldedTable,
  place: { readonly partition: number; readonly streamId: string },
  decoding: Decoding,
): Promise<boolean> {
  const { partition, streamId } = place;
  const readable = decodingOf(table, decoding);
  return inSnapshot(client, `maskline.${table.name}`, async () => {
    let state: Folded = null;
    let version = 0;
    for await (const recorded of readStream(client, place, readable.upcasters, readable)) {
      state = table.folding.step(state, recorded);
      version = recorded.version;
    }
    const { rows } = await client.query<FoldedRow>(
      `select * from maskline.${table.name} where partition = $1 and ${table.streamColumn} = $2 and ${table.listed}`,
      [partition, streamId],
    );
    const folds = [{ streamId, version, events: version, state }];
    return [...compareRows(table, folds, rows)].length > 0;
  });
}
