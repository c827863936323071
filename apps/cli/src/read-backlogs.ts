import type { Queryable } from '#event-store';
import { ConsumerBacklogs, type ConsumerBacklog } from '#queues';
import type { Cli } from './cli.js';
import { connectEventQueues } from './connect-queues.js';

/** Of every consumer; empty when the queues cannot be reached, for the database knows the rest. */
export async function readBacklogs(cli: Cli, db: Queryable): Promise<ConsumerBacklog[]> {
  return new ConsumerBacklogs(db, await connectEventQueues(cli)).read().catch(() => []);
}
