import type { Registry } from 'prom-client';
import type { Config, Database } from '#platform';
import { PostgresTurns } from './postgres-turns.js';
import { RateLimits } from './rate-limits.js';
import { RedisTurns } from './redis-turns.js';

/** Counted in Redis where there is one, for it is cheaper there; null without a limit. Each store has a `patience` of its own. */
export function openRateLimits(
  { REDIS_URL }: Pick<Config, 'REDIS_URL'>,
  perSecond: number,
  database: Database,
  metrics: Registry,
  patience?: number,
): RateLimits | null {
  if (perSecond === 0) return null;
  const turns =
    REDIS_URL === undefined ? new PostgresTurns(database, patience) : new RedisTurns(REDIS_URL, patience);
  return new RateLimits(turns, perSecond, metrics);
}
