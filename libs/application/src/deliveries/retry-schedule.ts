const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after each failed attempt the next one is made: a restart is over in seconds, an outage in hours, a weekend in days. */
export const RETRY_DELAYS: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  1 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  24 * HOUR,
];

/** A delivery is given up after so long, however often it was tried: an endpoint that is left alone gets fewer attempts. */
export const GIVE_UP_DAYS = 3;

/** Share by which a delay is longer or shorter, so that what failed together does not come again together. */
const JITTER = 0.1;

/** Milliseconds until the attempt after the first `tries`; null when those were all. `chance` is from 0 to 1. */
export function retryDelay(tries: number, chance: number): number | null {
  const delay = RETRY_DELAYS[tries - 1];
  return delay === undefined ? null : Math.round(delay * (1 - JITTER + 2 * JITTER * chance));
}
