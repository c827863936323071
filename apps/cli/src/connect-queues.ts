import type { Consumer } from '#event-store';
import { StartError } from '#platform';
import { EventQueues, openQueues, type EventJob, type JobQueue, type QueueBackend } from '#queues';
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
  consumer: Pick<Consumer, 'name' | 'webhook'>,
): Promise<JobQueue<EventJob>> {
  const backend = await connectQueues(cli);
  await backend.probe().catch(() => {
    throw new StartError(`the queues cannot be reached (${backend.name}): nothing was done`);
  });
  return eventQueuesOn(cli, backend).of(consumer);
}

/** Those of consumers, which may be absent. */
export async function connectEventQueues(cli: Cli): Promise<EventQueues> {
  return eventQueuesOn(cli, await connectQueues(cli));
}

function eventQueuesOn(cli: Cli, backend: QueueBackend): EventQueues {
  const queues = new EventQueues(backend);
  cli.shutdown.add('the queues', () => queues.stop());
  return queues;
}
