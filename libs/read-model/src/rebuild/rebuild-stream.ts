import type pg from 'pg';
import { readStream, type Decoding } from '#event-store';
import { decodingOf } from '../decoding-of.js';
import type { FoldedTable } from '../folded-table.js';
import type { Folded } from '../folding.js';
import { deleteBelow } from './apply-log.js';
import { copyRows, type Target } from './copy-rows.js';
import { doubtTimers } from './doubt-timers.js';
import { columnsOf } from './shadow-table.js';

interface FoldedTo {
  readonly folded: Folded;
  readonly version: number;
}

/** Makes the rows of one stream in a table again, in place. Only the last events are read while the partition's head is locked. */
export async function rebuildStream(
  client: pg.ClientBase,
  table: FoldedTable,
  place: { readonly partition: number; readonly streamId: string },
  decoding: Decoding,
): Promise<void> {
  const { partition, streamId } = place;
  const readable = decodingOf(table, decoding);
  const columns = await columnsOf(client, `maskline.${table.name}`);
  const target: Target = { table, into: `maskline.${table.name}`, columns, partition };
  const foldOn = async (from: FoldedTo): Promise<FoldedTo> => {
    let { folded, version } = from;
    const rest = { ...place, after: from.version };
    for await (const recorded of readStream(client, rest, readable.upcasters, readable)) {
      folded = table.folding.step(folded, recorded);
      version = recorded.version;
    }
    return { folded, version };
  };
  const most = await foldOn({ folded: null, version: 0 });
  await client.query('begin');
  try {
    await client.query('select from maskline.partition_head where partition = $1 for update', [partition]);
    const { folded } = await foldOn(most);
    await deleteBelow(client, target, streamId);
    await copyRows(client, target, table.folding.rowsOf(folded));
    await doubtTimers(client, table, partition);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
