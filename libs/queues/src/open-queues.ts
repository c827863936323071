import type { ServerConfig } from '#platform';
import { PostgresQueues } from './postgres-queues.js';
import type { QueueBackend } from './queue-backend.js';
import { RedisQueues } from './redis-queues.js';

/** Redis when there is one, else the database. Opens no connection that it waits for. */
export function openQueues(
  { REDIS_URL, DATABASE_URL }: Pick<ServerConfig, 'REDIS_URL' | 'DATABASE_URL'>,
  role: string,
): QueueBackend {
  return REDIS_URL === undefined ? new PostgresQueues({ DATABASE_URL }, role) : new RedisQueues(REDIS_URL);
}
