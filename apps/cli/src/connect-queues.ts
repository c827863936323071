import { openQueues, type QueueBackend } from '#queues';
import type { Cli } from './cli.js';
import { databaseUrl } from './connect.js';

/** Where the jobs are, in the same place as for api and worker. */
export async function connectQueues(cli: Cli): Promise<QueueBackend> {
  const DATABASE_URL = await databaseUrl(cli);
  const queues = openQueues({ REDIS_URL: cli.config.REDIS_URL, DATABASE_URL }, 'cli');
  cli.shutdown.add('the queue connections', () => queues.close());
  return queues;
}
