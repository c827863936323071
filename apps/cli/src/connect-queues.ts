import type { Consumer } from '#event-store';
import { StartError } from '#platform';
import { eventQueue, openQueues, type EventJob, type JobQueue, type QueueBackend } from '#queues';
import type { Cli } from './cli.js';
import { databaseUrl } from './connect.js';

/** Where the jobs are, in the same place as for api and worker. */
export async function connectQueues(cli: Cli): Promise<QueueBackend> {
  const DATABASE_URL = await databaseUrl(cli);
  const queues = openQueues({ REDIS_URL: cli.config.REDIS_URL, DATABASE_URL }, 'cli');
  cli.shutdown.add('the queue connections', () => queues.close());
  return queues;
}

/** The queue of a consumer, which must be there now: a command does not wait for it. */
export async function openEventQueue(
  cli: Cli,
  { name, webhook }: Pick<Consumer, 'name' | 'webhook'>,
): Promise<JobQueue<EventJob>> {
  const backend = await connectQueues(cli);
  await backend.probe().catch(() => {
    throw new StartError(`the queues cannot be reached (${backend.name}): nothing was done`);
  });
  const queue = eventQueue(backend, name, webhook === null ? null : 'by webhook');
  cli.shutdown.add('the queue', () => queue.stop());
  queue.start();
  await queue.connected();
  return queue;
}
