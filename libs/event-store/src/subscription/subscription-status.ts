import type { Queryable } from '../queryable.js';
import { longestLease } from './lease.js';

/** Where a subscription stands in one partition. */
export interface SubscriptionStatus {
  readonly name: string;
  readonly partition: number;
  readonly position: number;
  readonly head: number;
  /** Events that it has not passed yet. */
  readonly lag: number;
  /** Since when the first of them waits, in seconds; 0 when none does. */
  readonly lagSeconds: number;
  /** Whether a process holds its lease, so follows the log at all. */
  readonly isHeld: boolean;
  readonly failures: number;
  readonly lastError: string | null;
}

const text = `
  select s.name, s.partition, s.position, h.position as head, h.position - s.position as lag,
    coalesce(greatest(extract(epoch from maskline.clock() - e.recorded_at), 0), 0)::float8 as "lagSeconds",
    s.lease_until > maskline.clock() and s.lease_until <= ${longestLease} as "isHeld", s.failures, s.last_error as "lastError"
  from maskline.subscription s
  join maskline.partition_head h on h.partition = s.partition
  left join maskline.event e on e.partition = s.partition and e.position = s.position + 1
  order by s.name, s.partition`;

/** How far every subscription is behind the true head of the log, whoever reads it, or nobody. */
export async function readSubscriptions(db: Queryable): Promise<SubscriptionStatus[]> {
  const { rows } = await db.query<SubscriptionStatus>({ name: 'read-subscriptions', text, values: [] });
  return rows;
}
