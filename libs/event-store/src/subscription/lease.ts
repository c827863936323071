import type pg from 'pg';
import { statement } from '#platform';
import type { Queryable } from '../queryable.js';

// The one active reader of a (subscription, partition). A takeover raises the epoch, and every checkpoint names it: whoever
// was paused past its lease and wakes up finds that its checkpoint no longer counts.

/** Seconds; renewed at a third of it. */
export const leaseSeconds = 15;

export interface Lease {
  readonly epoch: number;
  readonly position: number;
}

/** No lease is longer than this: one that seems to be was taken by a clock that has been set back, and holds nobody off. */
export const longestLease = `maskline.clock() + make_interval(secs => ${2 * leaseSeconds})`;

const acquire = statement(
  'acquire-lease',
  `update maskline.subscription
  set lease_owner = $3, lease_epoch = lease_epoch + 1,
    lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds}), updated_at = maskline.clock()
  where name = $1 and partition = $2
    and (lease_until <= maskline.clock() or lease_until > ${longestLease} or lease_owner = $3)
  returning lease_epoch as epoch, position`,
);

/** Takes the subscription if nobody holds it; null when somebody does. */
export async function acquireLease(
  db: Queryable,
  name: string,
  partition: number,
  owner: string,
): Promise<Lease | null> {
  const { rows } = await db.query<Lease>(acquire(name, partition, owner));
  const [row] = rows;
  return row ?? null;
}

const checkpoint = statement(
  'move-checkpoint',
  `update maskline.subscription
  set position = $5, lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds}),
    failures = 0, last_error = null, updated_at = maskline.clock()
  where name = $1 and partition = $2 and lease_epoch = $3 and position = $4`,
);

/** Moves the checkpoint, if this is still the active reader and stands where it thinks. */
export async function moveCheckpoint(
  db: pg.Pool | pg.PoolClient,
  name: string,
  partition: number,
  { epoch, position }: Lease,
  to: number,
): Promise<boolean> {
  const { rowCount } = await db.query(checkpoint(name, partition, epoch, position, to));
  return rowCount === 1;
}

const renew = statement(
  'renew-lease',
  `update maskline.subscription set lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds})
  where name = $1 and partition = $2 and lease_epoch = $3`,
);

export async function renewLease(
  db: pg.Pool,
  name: string,
  partition: number,
  epoch: number,
): Promise<boolean> {
  const { rowCount } = await db.query(renew(name, partition, epoch));
  return rowCount === 1;
}

const release = statement(
  'release-lease',
  `update maskline.subscription set lease_owner = null, lease_until = '-infinity'
  where name = $1 and partition = $2 and lease_epoch = $3`,
);

/** Lets another process take over at once. */
export async function releaseLease(
  db: pg.Pool,
  name: string,
  partition: number,
  epoch: number,
): Promise<void> {
  await db.query(release(name, partition, epoch));
}

const fail = statement(
  'note-failure',
  `update maskline.subscription set failures = failures + 1, last_error = $4, updated_at = maskline.clock()
  where name = $1 and partition = $2 and lease_epoch = $3`,
);

/** Notes that the events after the checkpoint could not be handled. */
export async function noteFailure(
  db: pg.Pool,
  name: string,
  partition: number,
  epoch: number,
  error: string,
): Promise<void> {
  await db.query(fail(name, partition, epoch, error));
}

const register = statement(
  'register-subscription',
  `insert into maskline.subscription (name, partition, position)
  select $1, h.partition, coalesce($2::bigint, h.position) from maskline.partition_head h
  on conflict (name, partition) do nothing`,
);

/** Makes sure that the subscription exists in every partition; `from: null` starts a new one at the present end of the log. */
export async function registerSubscription(db: Queryable, name: string, from: number | null): Promise<void> {
  await db.query(register(name, from));
}
