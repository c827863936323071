import { DomainError } from '#domain';
import { findConsumer, type Consumer, type Queryable } from '#event-store';

export async function requireConsumer(db: Queryable, name: string): Promise<Consumer> {
  const consumer = await findConsumer(db, name);
  if (consumer === null) throw consumerNotFound(name);
  return consumer;
}

export function consumerNotFound(name: string): DomainError {
  return new DomainError('consumer-not-found', `there is no consumer ${name}`);
}
