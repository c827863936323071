import type { Queryable } from '#event-store';
import { ConsumerBacklogs, type ConsumerBacklog } from '#queues';
import type { Cli } from './cli.js';
import { connectQueues } from './connect-queues.js';

/** By name; empty when the queues cannot be reached, for the database knows the rest. */
export async function readBacklogs(cli: Cli, db: Queryable): Promise<Map<string, ConsumerBacklog>> {
  const backlogs = new ConsumerBacklogs(db, await connectQueues(cli));
  cli.shutdown.add('the queues', () => backlogs.stop());
  const read = await backlogs.read().catch(() => []);
  return new Map(read.map((backlog) => [backlog.consumer, backlog]));
}
