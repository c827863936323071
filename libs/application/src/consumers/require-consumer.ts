import { DomainError } from '#domain';
import { listConsumers, type Consumer, type Queryable } from '#event-store';

/** The registration of that name; null when there is none. */
export async function findConsumer(db: Queryable, name: string): Promise<Consumer | null> {
  return (await listConsumers(db)).find((known) => known.name === name) ?? null;
}

export async function requireConsumer(db: Queryable, name: string): Promise<Consumer> {
  const consumer = await findConsumer(db, name);
  if (consumer === null) throw consumerNotFound(name);
  return consumer;
}

export function consumerNotFound(name: string): DomainError {
  return new DomainError('consumer-not-found', `there is no consumer ${name}`);
}
