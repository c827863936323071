import type pg from 'pg';
import { readLog, textArray, type RecordedEvent, type Decoding } from '#event-store';
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
  const touched = [...new Set(events.map(({ streamId }) => streamId))];
  const where = `where partition = $1 and sid = any($2::text[])`;
  const values = [partition, textArray(touched, (sid) => sid)];
  const { rows } = await client.query<{ sid: string }>(`select * from ${into} ${where}`, values);
  const current = new Map<string, object | null>(rows.map((row) => [row.sid, ownColumns(table, row)]));
  for (const { streamId, version, occurredAt, event } of events) {
    const row = current.get(streamId) ?? null;
    current.set(streamId, table.projector.apply(row, { streamId, version, occurredAt, event }));
  }
  await client.query(`delete from ${into} ${where}`, values);
  await copyRows(
    client,
    target,
    [...current.values()].filter((row) => row !== null),
  );
}

/** The row as its projector made it: without the partition and what is derived. */
export function ownColumns(table: FoldedTable, row: object): object {
  return Object.fromEntries(
    Object.entries(row).filter(([column]) => column !== 'partition' && table.derived[column] === undefined),
  );
}
