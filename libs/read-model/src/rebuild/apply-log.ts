import type pg from 'pg';
import { readLog, textArray, type Decoding, type RecordedEvent } from '#event-store';
import type { FoldedTable } from '../folded-table.js';
import { copyRows, type Target } from './copy-rows.js';
import { notePosition } from './progress.js';

const pageSize = 5_000;

/**
 * Applies what came into the log after `position` to the shadow, one page, inside the caller's transaction. Touched rows are
 * deleted and written again: an update would meet the unique indexes half-way when a name passes from one row to another.
 */
export async function applyLog(
  client: pg.ClientBase,
  target: Target,
  position: number,
  decoding: Decoding,
): Promise<{ position: number; hasMore: boolean }> {
  const { table, partition } = target;
  const from = { partition, after: position, types: table.types, limit: pageSize };
  const { events, until, hasMore } = await readLog(client, from, decoding.upcasters, decoding.masterKey);
  if (events.length > 0) await applyEvents(client, target, events);
  await notePosition(client, table.name, partition, until);
  return { position: until, hasMore };
}

async function applyEvents(
  client: pg.ClientBase,
  target: Target,
  events: readonly RecordedEvent[],
): Promise<void> {
  const { table, into, partition } = target;
  const touched = [...new Set(events.map((event) => table.rowOf(event)))].filter((sid) => sid !== null);
  const where = `where partition = $1 and sid = any($2::text[])`;
  const values = [partition, textArray(touched, (sid) => sid)];
  const { rows } = await client.query<{ sid: string }>(`select * from ${into} ${where}`, values);
  const current = new Map<string, object | null>(rows.map((row) => [row.sid, ownColumns(table, row)]));
  const owners = new Map<string, string>();
  const ended = new Set<string>();
  for (const { streamId, version, occurredAt, event } of events) {
    const projected = { streamId, version, occurredAt, event };
    const sid = table.rowOf(projected);
    if (sid !== null) {
      current.set(sid, table.projector.apply(current.get(sid) ?? null, projected));
      owners.set(sid, streamId);
    }
    if (event.type === table.endsWith) ended.add(streamId);
  }
  await client.query(`delete from ${into} ${where}`, values);
  for (const streamId of ended) await deleteBelow(client, target, streamId);
  await copyRows(
    client,
    target,
    // Nothing comes after the end of a stream.
    [...current].flatMap(([sid, row]) => (row === null || ended.has(owners.get(sid) ?? '') ? [] : [row])),
  );
}

/** Takes away all rows of a stream. */
export async function deleteBelow(
  client: pg.ClientBase,
  { table, into, partition }: Target,
  streamId: string,
): Promise<void> {
  const { streamColumn, listed } = table;
  await client.query(`delete from ${into} where partition = $1 and ${streamColumn} = $2 and ${listed}`, [
    partition,
    streamId,
  ]);
}

/** The row as its projector made it: without the partition and what is derived. */
export function ownColumns(table: FoldedTable, row: object): object {
  return Object.fromEntries(
    Object.entries(row).filter(([column]) => column !== 'partition' && table.derived[column] === undefined),
  );
}
