import type { Queryable } from '#event-store';

/** Seconds after which the slices of a worker that died are free again. */
const leaseSeconds = 5;

const want = `
  update maskline.timer_slice set wanted_at = maskline.clock()
  where partition = $1 and lease_until > maskline.clock()`;

/** Tells whoever drains a slice now to look once more. */
export async function wantTimerSlices(db: Queryable, partition: number): Promise<void> {
  await db.query({ name: 'want-timer-slices', text: want, values: [partition] });
}

/** No lease is longer than this: one that seems to be was taken by a clock that has been set back, and holds nobody off. */
const longest = `maskline.clock() + make_interval(secs => ${2 * leaseSeconds})`;

const take = `
  update maskline.timer_slice t
  set lease_owner = $2, lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds}), wanted_at = '-infinity'
  from (
    select partition, slice from maskline.timer_slice
    where partition = $1 and slice <> all($4::int[]) and (lease_until <= maskline.clock() or lease_until > ${longest})
    order by slice limit $3
    for update skip locked
  ) free
  where t.partition = free.partition and t.slice = free.slice
  returning t.slice`;

/** Takes up to `most` slices that nobody drains, but for those just done; null when there is none. */
export async function takeTimerSlices(
  db: Queryable,
  partition: number,
  owner: string,
  most: number,
  done: readonly number[],
): Promise<number[] | null> {
  const { rows } = await db.query<SliceRow>({
    name: 'take-timer-slices',
    text: take,
    values: [partition, owner, most, [...done]],
  });
  return slicesOf(rows);
}

const renew = `
  update maskline.timer_slice set lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds})
  where partition = $1 and lease_owner = $2 and lease_until > maskline.clock()`;

export async function renewTimerSlices(db: Queryable, partition: number, owner: string): Promise<void> {
  await db.query({ name: 'renew-timer-slices', text: renew, values: [partition, owner] });
}

const release = `
  with mine as (
    select partition, slice, wanted_at > '-infinity' as is_wanted from maskline.timer_slice
    where partition = $1 and lease_owner = $2 for update
  )
  update maskline.timer_slice t
  set lease_until = case when m.is_wanted then t.lease_until else '-infinity' end,
    lease_owner = case when m.is_wanted then t.lease_owner end, wanted_at = '-infinity'
  from mine m where t.partition = m.partition and t.slice = m.slice
  returning case when m.is_wanted then t.slice end as slice`;

/** Gives the slices back, but for those that somebody has wanted since they were taken or last kept: these are to be read again. */
export async function releaseTimerSlices(
  db: Queryable,
  partition: number,
  owner: string,
): Promise<number[] | null> {
  const { rows } = await db.query<SliceRow>({
    name: 'release-timer-slices',
    text: release,
    values: [partition, owner],
  });
  return slicesOf(rows);
}

const abandon = `
  update maskline.timer_slice set lease_owner = null, lease_until = '-infinity'
  where partition = $1 and lease_owner = $2`;

/** Gives all slices back, done or not. */
export async function abandonTimerSlices(db: Queryable, partition: number, owner: string): Promise<void> {
  await db.query({ name: 'abandon-timer-slices', text: abandon, values: [partition, owner] });
}

interface SliceRow {
  readonly slice: number | null;
}

/** Null for none. */
function slicesOf(rows: readonly SliceRow[]): number[] | null {
  const slices = rows.flatMap(({ slice }) => slice ?? []);
  return slices.length === 0 ? null : slices;
}
