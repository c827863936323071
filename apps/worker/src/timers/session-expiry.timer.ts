import type { Queryable } from '#event-store';
import { TryLater, type ExpiryJob } from '#queues';
import { readExpiryHorizon } from '#read-model';
import { timeToEnd } from './bucket.js';
import type { ExpiryDrain } from './expiry-drain.js';

/** What a timer does when it fires. The queue's clock may be ahead of the database's, whose time alone counts. */
export async function fireExpiryTimer(
  db: Queryable,
  drain: ExpiryDrain,
  { partition, bucket }: ExpiryJob,
): Promise<void> {
  const { now } = await readExpiryHorizon(db, partition);
  const left = timeToEnd(bucket, now);
  if (left > 0) throw new TryLater(left);
  await drain.run(partition, 'bucket');
}
