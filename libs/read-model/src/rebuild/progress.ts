import type pg from 'pg';
import { columnsOf, createShadow, dropShadow, shadowOf } from './shadow-table.js';

/** How far a rebuild has come in one partition; see `maskline.rebuild`. */
export interface PartitionProgress {
  readonly partition: number;
  readonly base: number;
  readonly foldedTo: string | null;
  readonly foldedEvents: number;
  readonly isFolded: boolean;
  readonly position: number;
}

/** Makes an empty shadow and notes the heads of the log, from which on events are applied one by one. */
export async function begin(client: pg.ClientBase, table: string): Promise<void> {
  await client.query('begin');
  await forget(client, table);
  await createShadow(client, table);
  await client.query(
    `insert into maskline.rebuild (table_name, partition, base, position)
     select $1, partition, position, position from maskline.partition_head`,
    [table],
  );
  await client.query('commit');
}

/** Whether a rebuild was cut short and its shadow still has the columns of today's table. */
export async function canResume(client: pg.ClientBase, table: string): Promise<boolean> {
  const columns = await columnsOf(client, `maskline.${table}`);
  const shadow = await columnsOf(client, shadowOf(table));
  return columns.join() === shadow.join() && (await readProgress(client, table)).length > 0;
}

/** Leaves nothing of an unfinished rebuild. */
export async function abandon(client: pg.ClientBase, table: string): Promise<void> {
  await dropShadow(client, table);
  await forget(client, table);
}

export async function forget(client: pg.ClientBase, table: string): Promise<void> {
  await client.query('delete from maskline.rebuild where table_name = $1', [table]);
}

export async function readProgress(client: pg.ClientBase, table: string): Promise<PartitionProgress[]> {
  const { rows } = await client.query<PartitionProgress>(
    `select partition, base, folded_to as "foldedTo", folded_events as "foldedEvents", is_folded as "isFolded", position
     from maskline.rebuild where table_name = $1 order by partition`,
    [table],
  );
  return rows;
}

/** `foldedTo` is the last stream that is done, null when all are. */
export async function noteFolded(
  client: pg.ClientBase,
  table: string,
  partition: number,
  { foldedTo, events }: { readonly foldedTo: string | null; readonly events: number },
): Promise<void> {
  await client.query({
    name: 'note-folded',
    text: `update maskline.rebuild
      set folded_to = $3, is_folded = $3::text is null, folded_events = folded_events + $4
      where table_name = $1 and partition = $2`,
    values: [table, partition, foldedTo, events],
  });
}

export async function notePosition(
  client: pg.ClientBase,
  table: string,
  partition: number,
  position: number,
): Promise<void> {
  await client.query({
    name: 'note-rebuild-position',
    text: 'update maskline.rebuild set position = $3 where table_name = $1 and partition = $2',
    values: [table, partition, position],
  });
}
