// Timers are set for buckets of time, not for sessions: their number depends on time alone. A bucket is known by its
// number since 1970 and fires at its end, when everything in it has come due.

export const bucketMilliseconds = 250;

/** No deadline is put into a bucket that is about to fire. */
const soonest = 500;

/** The bucket whose firing expires what is due at `deadline`. */
export function bucketFor(deadline: string, now: string): number {
  const at = Math.max(Date.parse(deadline), Date.parse(now) + soonest);
  return Math.floor(at / bucketMilliseconds);
}

/** Milliseconds from `now` to the end of the bucket; negative when it has passed. */
export function timeToEnd(bucket: number, now: string): number {
  return (bucket + 1) * bucketMilliseconds - Date.parse(now);
}
