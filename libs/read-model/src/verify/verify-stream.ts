import type pg from 'pg';
import { readStream, type Decoding } from '#event-store';
import type { FoldedTable } from '../folded-table.js';
import { compareRows } from './compare-rows.js';
import { inSnapshot } from './in-snapshot.js';

/** Whether the row of one stream is not what its events say. */
export async function hasDrifted(
  client: pg.ClientBase,
  table: FoldedTable,
  place: { readonly partition: number; readonly streamId: string },
  decoding: Decoding,
): Promise<boolean> {
  const { partition, streamId } = place;
  return inSnapshot(client, `maskline.${table.name}`, async () => {
    let state: object | null = null;
    let version = 0;
    for await (const recorded of readStream(client, place, decoding.upcasters, decoding)) {
      state = table.projector.apply(state, recorded);
      version = recorded.version;
    }
    const { rows } = await client.query<{ sid: string }>(
      `select * from maskline.${table.name} where partition = $1 and sid = $2`,
      [partition, streamId],
    );
    const folds = [{ streamId, version, events: version, state }];
    return [...compareRows(table, folds, rows)].length > 0;
  });
}
