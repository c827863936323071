import { listConsumers, type Consumer } from '#event-store';
import { StartError, type Database } from '#platform';

/** The consumer that was named. */
export async function findConsumer({ admin }: Database, name: string): Promise<Consumer> {
  const consumer = (await listConsumers(admin)).find((known) => known.name === name);
  if (consumer === undefined)
    throw new StartError(`there is no consumer ${name}: see maskline consumer list`);
  return consumer;
}
