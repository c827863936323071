import type { Queryable } from '#event-store';

/** Up to where the deadlines of a partition have been armed. */
export interface ExpiryHorizon {
  readonly epoch: number;
  /** Null when nothing has been armed yet. */
  readonly until: string | null;
  /** The database's time. */
  readonly now: string;
}

const fields = `epoch, nullif(until, '-infinity') as until, maskline.clock() as now`;

export async function readExpiryHorizon(db: Queryable, partition: number): Promise<ExpiryHorizon> {
  const { rows } = await db.query<ExpiryHorizon>({
    name: 'read-expiry-horizon',
    text: `select ${fields} from maskline.expiry_horizon where partition = $1`,
    values: [partition],
  });
  const [row] = rows;
  if (row === undefined) throw new Error('the timers of this partition were never prepared');
  return row;
}

/** Seconds after which another process may feed; renewed every second. */
const leaseSeconds = 5;

const advance = `
  with before as materialized (
    select partition, lease_owner is distinct from $2 or is_doubtful as is_new, nullif(until, '-infinity') as until
    from maskline.expiry_horizon
    where partition = $1 and (lease_owner = $2 or lease_until <= maskline.clock()
      -- taken by a clock that has been set back since
      or lease_until > maskline.clock() + make_interval(secs => ${2 * leaseSeconds}))
    for update
  )
  update maskline.expiry_horizon h
  set lease_owner = $2, lease_until = maskline.clock() + make_interval(secs => ${leaseSeconds}), is_doubtful = false,
    epoch = h.epoch + b.is_new::int,
    until = case when b.is_new or h.until < maskline.clock() + make_interval(secs => $4)
      then maskline.clock() + make_interval(secs => $3) else h.until end
  from before b where h.partition = b.partition
  returning h.epoch, nullif(h.until, '-infinity') as until, maskline.clock() as now,
    case when not b.is_new then b.until end as "armedUntil"`;

export interface AdvancedHorizon extends ExpiryHorizon {
  /** What lies at or before was armed in this epoch already; null at the start of an epoch, when nothing was. */
  readonly armedUntil: string | null;
}

/**
 * Takes or keeps the lease of the feeder, and moves the horizon to `seconds` ahead when less than `least` seconds of it are
 * left. A new holder, and a horizon in doubt, begin a new epoch. Null when another process feeds.
 */
export async function advanceExpiryHorizon(
  db: Queryable,
  partition: number,
  owner: string,
  seconds: number,
  least: number,
): Promise<AdvancedHorizon | null> {
  const { rows } = await db.query<AdvancedHorizon>({
    name: 'advance-expiry-horizon',
    text: advance,
    values: [partition, owner, seconds, least],
  });
  const [row] = rows;
  return row ?? null;
}

/**
 * Timers of this partition may have been lost, or stand elsewhere than they were armed: everything is armed again under a
 * new epoch.
 */
export async function doubtExpiryHorizon(db: Queryable, partition: number): Promise<void> {
  await db.query({
    name: 'doubt-expiry-horizon',
    text: 'update maskline.expiry_horizon set is_doubtful = true where partition = $1 and not is_doubtful',
    values: [partition],
  });
}

/** Lets another process feed at once. */
export async function releaseExpiryHorizon(db: Queryable, partition: number, owner: string): Promise<void> {
  await db.query({
    name: 'release-expiry-horizon',
    text: `update maskline.expiry_horizon set lease_until = '-infinity' where partition = $1 and lease_owner = $2`,
    values: [partition, owner],
  });
}
