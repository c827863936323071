import { findConsumer, type Consumer } from '#event-store';
import { StartError, type Database } from '#platform';

/** The consumer that was named. */
export async function namedConsumer({ admin }: Database, name: string): Promise<Consumer> {
  const consumer = await findConsumer(admin, name);
  if (consumer === null) throw new StartError(`there is no consumer ${name}: see maskline consumer list`);
  return consumer;
}
