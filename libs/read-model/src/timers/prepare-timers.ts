import type { Queryable } from '#event-store';

/** Into how many slices the sessions of a partition are divided. */
export const timerSlices = 16;

const prepare = `
  with horizon as (
    insert into maskline.expiry_horizon (partition)
    select partition from maskline.partition_head on conflict do nothing
  )
  insert into maskline.timer_slice (partition, slice)
  select h.partition, s from maskline.partition_head h, generate_series(0, $1::int - 1) s on conflict do nothing`;

/** Makes the rows that the timers of every partition share. */
export async function prepareTimers(db: Queryable): Promise<void> {
  await db.query({ name: 'prepare-timers', text: prepare, values: [timerSlices] });
}
