import type pg from 'pg';
import { readStream, type Decoding } from '#event-store';
import type { FoldedTable } from '../folded-table.js';
import { copyRows, type Target } from './copy-rows.js';
import { doubtTimers } from './doubt-timers.js';
import { columnsOf } from './shadow-table.js';

interface Folded {
  readonly row: object | null;
  readonly version: number;
}

/** Makes the row of one stream again, in place. Only the last events are read while the partition's head is locked. */
export async function rebuildStream(
  client: pg.ClientBase,
  table: FoldedTable,
  place: { readonly partition: number; readonly streamId: string },
  decoding: Decoding,
): Promise<void> {
  const { partition, streamId } = place;
  const columns = await columnsOf(client, `maskline.${table.name}`);
  const target: Target = { table, into: `maskline.${table.name}`, columns, partition };
  const foldOn = async (from: Folded): Promise<Folded> => {
    let { row, version } = from;
    for await (const recorded of readStream(
      client,
      { ...place, after: from.version },
      decoding.upcasters,
      decoding,
    )) {
      row = table.projector.apply(row, recorded);
      version = recorded.version;
    }
    return { row, version };
  };
  const most = await foldOn({ row: null, version: 0 });
  await client.query('begin');
  try {
    await client.query('select from maskline.partition_head where partition = $1 for update', [partition]);
    const { row } = await foldOn(most);
    await client.query(`delete from ${target.into} where partition = $1 and sid = $2`, [partition, streamId]);
    if (row !== null) await copyRows(client, target, [row]);
    await doubtTimers(client, table, partition);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
