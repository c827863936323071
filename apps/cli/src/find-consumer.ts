import { StartError, type Database } from '#platform';
import { listConsumers, type Consumer } from '#queues';

/** The consumer that was named. */
export async function findConsumer({ admin }: Database, name: string): Promise<Consumer> {
  const consumer = (await listConsumers(admin)).find((known) => known.name === name);
  if (consumer === undefined)
    throw new StartError(`there is no consumer ${name}: see maskline consumer list`);
  return consumer;
}
