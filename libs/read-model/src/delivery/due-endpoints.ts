import type { Queryable } from '#event-store';
import { statement } from '#platform';

export interface DueEndpoint {
  readonly serviceSid: string;
  readonly wakeAt: string;
}

/** The oldest first and only then the time, for no index is searched by a volatile clock. */
const due = statement(
  'due-endpoints',
  `select "serviceSid", "wakeAt" from (
    select e.service_sid as "serviceSid", e.wake_at as "wakeAt" from maskline.delivery_endpoint e
    where e.partition = $1 and e.wake_at is not null order by e.wake_at limit $3
  ) oldest
  where "wakeAt" <= maskline.clock() - make_interval(secs => $2)`,
);

/** Endpoints that have been waiting for so many seconds, the longest first. */
export async function dueEndpoints(
  db: Queryable,
  partition: number,
  seconds: number,
  limit: number,
): Promise<DueEndpoint[]> {
  const { rows } = await db.query<DueEndpoint>(due(partition, seconds, limit));
  return rows;
}

const wake = statement(
  'wake-endpoints',
  `update maskline.delivery_endpoint set wake_at = maskline.clock() where partition = $1 and service_sid = any ($2::text[])`,
);

/** Has endpoints looked at: their URL may be another. */
export async function wakeEndpoints(
  db: Queryable,
  partition: number,
  serviceSids: readonly string[],
): Promise<void> {
  if (serviceSids.length > 0) await db.query(wake(partition, [...serviceSids]));
}

const enable = statement(
  'enable-endpoint',
  `update maskline.delivery_endpoint
  set failures = 0, failing_since = null, paused_until = '-infinity', disabled_at = null, disabled_because = null,
    wake_at = maskline.clock()
  where partition = $1 and service_sid = $2`,
);

/** What an endpoint has failed at is forgotten; it is told again what it is still to be told. */
export async function enableEndpoint(db: Queryable, partition: number, serviceSid: string): Promise<void> {
  await db.query(enable(partition, serviceSid));
}
