import type { KeyObject } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { EventStore, readPartitions, upcasters, Wake, type Flush } from '#event-store';
import { Database } from '#platform';
import {
  AccountHourQueries,
  AlertQueries,
  ApiKeyQueries,
  CallbackEndpointQueries,
  DeliveryQueries,
  inlineProjectors,
  InteractionQueries,
  LegalHoldQueries,
  NumberPool,
  ParticipantQueries,
  PhoneNumberQueries,
  Routes,
  ServiceQueries,
  SessionQueries,
  SessionSearch,
} from '#read-model';
import { Credentials } from './account/credentials.js';
import { MasterKey } from './account/master-key.js';

/** What is watched of the store. */
export interface StoreObserver {
  flushed(flush: Flush): void;
  conflicted(): void;
}

/** The store of a process and what goes with it. One for api and worker together in standalone. */
export interface Store {
  readonly database: Database;
  readonly events: EventStore;
  readonly wake: Wake;
  readonly masterKey: KeyObject;
}

/** A caller who has waited ten seconds is told to come again. */
const batching = { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 10_000 };

/** Opens the event store over a migrated database. */
export async function openStore(
  database: Database,
  masterKey: KeyObject,
  observer: StoreObserver,
): Promise<Store> {
  const wake = new Wake(database.subscriptions, () => database.openClient());
  const events = new EventStore({
    appends: (partition) => database.pipeline(partition),
    loads: database.reads,
    partitions: await readPartitions(database.admin),
    projectors: inlineProjectors,
    upcasters,
    masterKey,
    batching: {
      ...batching,
      onFlush: (flush) => {
        observer.flushed(flush);
        if (flush.events > 0) wake.appended(flush.partition);
      },
    },
    onConflict: () => {
      observer.conflicted();
    },
  });
  return { database, events, wake, masterKey };
}

/** Makes the store of the process, its read side and its keys injectable everywhere. */
@Module({})
export class StoreModule {
  static of({ database, events, wake, masterKey }: Store): DynamicModule {
    const { partitions } = events;
    const providers = [
      { provide: Database, useValue: database },
      { provide: EventStore, useValue: events },
      { provide: Wake, useValue: wake },
      { provide: MasterKey, useValue: new MasterKey(masterKey) },
      { provide: Credentials, useValue: new Credentials(database, masterKey, partitions) },
      { provide: ServiceQueries, useValue: new ServiceQueries(database, partitions) },
      { provide: PhoneNumberQueries, useValue: new PhoneNumberQueries(database, partitions) },
      { provide: SessionQueries, useValue: new SessionQueries(database, partitions) },
      { provide: ParticipantQueries, useValue: new ParticipantQueries(database, partitions) },
      { provide: InteractionQueries, useValue: new InteractionQueries(database, partitions) },
      { provide: NumberPool, useValue: new NumberPool(database, partitions) },
      { provide: Routes, useValue: new Routes(database, partitions) },
      { provide: DeliveryQueries, useValue: new DeliveryQueries(database, partitions, masterKey) },
      { provide: CallbackEndpointQueries, useValue: new CallbackEndpointQueries(database, partitions) },
      { provide: AlertQueries, useValue: new AlertQueries(database, partitions) },
      { provide: ApiKeyQueries, useValue: new ApiKeyQueries(database, partitions) },
      { provide: LegalHoldQueries, useValue: new LegalHoldQueries(database, partitions, masterKey) },
      { provide: AccountHourQueries, useValue: new AccountHourQueries(database, partitions) },
      { provide: SessionSearch, useValue: new SessionSearch(database, partitions) },
    ];
    return { module: StoreModule, global: true, providers, exports: providers };
  }
}
