import { createSecretKey, randomBytes } from 'node:crypto';
import { EventStore, ensurePartitions, type EventStoreOptions, upcasters } from '#event-store';
import type { Database } from '#platform';
import { inlineProjectors } from '#read-model';
import { cleanUp } from './clean-up.js';

/** The event store of a test database with the product's own projectors, as a process opens it, but for what the spec says otherwise. */
export async function testStore(
  database: Database,
  options: Partial<EventStoreOptions> = {},
): Promise<EventStore> {
  const { partitions = 1 } = options;
  await ensurePartitions(database.admin, partitions);
  const store = new EventStore({
    appends: (partition) => database.pipeline(partition),
    loads: database.reads,
    projectors: inlineProjectors,
    upcasters,
    masterKey: createSecretKey(randomBytes(32)),
    batching: { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 10_000 },
    ...options,
    partitions,
  });
  cleanUp(() => store.drain());
  return store;
}
