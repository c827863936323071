import { Module, type DynamicModule } from '@nestjs/common';
import { EventStore, readPartitions, type Flush } from '#event-store';
import { Database } from '#platform';
import { inlineProjectors, ServiceQueries, SessionQueries } from '#read-model';

/** What is watched of the store. */
export interface StoreObserver {
  flushed(flush: Flush): void;
  conflicted(): void;
}

/**
 * 128 commands and two flushes under way carried most in the measurements of docs/benchmarks.md. A caller who has waited ten
 * seconds is told to come again.
 */
const batching = { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 10_000 };

/** The event store of a process, and the read side over the same database. */
export async function openStore(database: Database, observer: StoreObserver): Promise<EventStore> {
  const partitions = await readPartitions(database.admin);
  return new EventStore({
    appends: database.append,
    loads: database.reads,
    partitions,
    projectors: inlineProjectors,
    upcasters: {},
    batching: {
      ...batching,
      onFlush: (flush) => {
        observer.flushed(flush);
      },
    },
    onConflict: () => {
      observer.conflicted();
    },
  });
}

/** Makes the database, the store and the queries of the process injectable everywhere. One for api and worker together in standalone. */
@Module({})
export class StoreModule {
  static of(database: Database, store: EventStore): DynamicModule {
    const providers = [
      { provide: Database, useValue: database },
      { provide: EventStore, useValue: store },
      { provide: ServiceQueries, useValue: new ServiceQueries(database.reads, store.partitions) },
      { provide: SessionQueries, useValue: new SessionQueries(database.reads, store.partitions) },
    ];
    return { module: StoreModule, global: true, providers, exports: providers };
  }
}
