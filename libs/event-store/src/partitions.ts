import { StartError } from '#platform';
import { relayNameOf } from './consumers/consumer-registry.js';
import type { Queryable } from './queryable.js';

const find = 'select count(*)::int as partitions from maskline.partition_head';

/** How many partitions the database was made with; 0 when that is still to be said. */
export async function readPartitions(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ partitions: number }>({
    name: 'read-partitions',
    text: find,
    values: [],
  });
  const [row] = rows;
  return row?.partitions ?? 0;
}

// A consumer may have been registered before; the log is empty, so wherever it wanted to begin, that is here.
const make = `
  with made as (
    insert into maskline.partition_head (partition)
    select p from generate_series(0, $1::int - 1) p
    where not exists (select from maskline.partition_head)
    returning partition
  )
  insert into maskline.subscription (name, partition, position, started)
  select ${relayNameOf('c')}, made.partition, 0, 0 from maskline.consumer c, made`;

/** Makes the partitions of a new database. Their number never changes afterwards: accounts are hashed by it. */
export async function ensurePartitions(db: Queryable, partitions: number): Promise<void> {
  await db.query({ name: 'make-partitions', text: make, values: [partitions] });
  const made = await readPartitions(db);
  if (made !== partitions) {
    throw new StartError(
      `PARTITIONS is ${partitions}, but the database was made with ${made}, and that cannot change`,
    );
  }
}

/** The end of the log in one partition. */
export interface Head {
  readonly partition: number;
  readonly position: number;
  /** When the last event was; null before the first. */
  readonly recordedAt: string | null;
  readonly epoch: number;
}

const heads = `
  select partition, position, case when isfinite(recorded_at) then recorded_at end as "recordedAt", epoch
  from maskline.partition_head order by partition`;

export async function readHeads(db: Queryable): Promise<Head[]> {
  const { rows } = await db.query<Head>({ name: 'read-heads', text: heads, values: [] });
  return rows;
}
