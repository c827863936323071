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

const take = `
  update maskline.timer_slice t
  set lease_owner = $2, lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds})
  from (
    select partition, slice from maskline.timer_slice
    where partition = $1 and slice <> all($4::int[]) and lease_until <= maskline.clock()
    order by slice limit $3
    for update skip locked
  ) free
  where t.partition = free.partition and t.slice = free.slice
  returning t.slice, maskline.clock() as at`;

export interface TakenSlices {
  readonly slices: readonly number[];
  /** What came due before is seen by whoever reads after this. */
  readonly at: string;
}

/** Takes up to `most` slices that nobody drains, but for those just done; null when there is none. */
export async function takeTimerSlices(
  db: Queryable,
  partition: number,
  owner: string,
  most: number,
  done: readonly number[],
): Promise<TakenSlices | null> {
  const { rows } = await db.query({
    name: 'take-timer-slices',
    text: take,
    values: [partition, owner, most, [...done]],
  });
  const taken = rows as { slice: number; at: string }[];
  const [first] = taken;
  return first === undefined ? null : { slices: taken.map(({ slice }) => slice), at: first.at };
}

const renew = `
  update maskline.timer_slice set lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds})
  where partition = $1 and lease_owner = $2 and lease_until > maskline.clock()`;

export async function renewTimerSlices(db: Queryable, partition: number, owner: string): Promise<void> {
  await db.query({ name: 'renew-timer-slices', text: renew, values: [partition, owner] });
}

const release = `
  with mine as (
    select partition, slice, wanted_at >= $3::timestamptz as is_wanted from maskline.timer_slice
    where partition = $1 and lease_owner = $2 for update
  )
  update maskline.timer_slice t
  set lease_until = case when m.is_wanted then t.lease_until else '-infinity' end,
    lease_owner = case when m.is_wanted then t.lease_owner end
  from mine m where t.partition = m.partition and t.slice = m.slice
  returning t.slice, m.is_wanted as "isWanted", maskline.clock() as at`;

/**
 * Gives the slices back, but for those that somebody wanted since `readAt`: these are to be read again. With `infinity`
 * all of them go, done or not.
 */
export async function releaseTimerSlices(
  db: Queryable,
  partition: number,
  owner: string,
  readAt: string,
): Promise<TakenSlices | null> {
  const { rows } = await db.query({
    name: 'release-timer-slices',
    text: release,
    values: [partition, owner, readAt],
  });
  const kept = (rows as { slice: number; isWanted: boolean; at: string }[]).filter(
    ({ isWanted }) => isWanted,
  );
  const [first] = kept;
  return first === undefined ? null : { slices: kept.map(({ slice }) => slice), at: first.at };
}
