import { readLog, type RecordedEvent } from '#event-store';
import type { Database } from '#platform';

/** What comes after these positions, partition by partition; the whole log without them. */
export async function readWholeLog(
  database: Database,
  partitions: number,
  positions: ReadonlyMap<number, number> = new Map(),
): Promise<RecordedEvent[]> {
  const log: RecordedEvent[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for (let after = positions.get(partition) ?? 0, hasMore = true; hasMore;) {
      const page = await readLog(database.admin, { partition, after, types: null, limit: 5000 }, {});
      log.push(...page.events);
      ({ until: after, hasMore } = page);
    }
  }
  return log;
}

/** Where each partition says that it is. */
export async function headsOf(database: Database): Promise<ReadonlyMap<number, number>> {
  const { rows } = await database.admin.query<{ partition: number; position: number }>(
    'select partition, position from maskline.partition_head',
  );
  return new Map(rows.map(({ partition, position }) => [partition, position]));
}
