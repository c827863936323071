import type { KeyObject } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ApplicationModule, Credentials } from '#application';
import { EventStore } from '#event-store';
import { Database } from '#platform';
import { HealthController } from './ops/health.controller.js';
import { MetricsController } from './ops/metrics.controller.js';
import { Readiness, type ReadinessCheck } from './ops/readiness.js';
import { ServiceController } from './services/service.controller.js';
import { SessionController } from './sessions/session.controller.js';

export interface ApiParts {
  /** Opens the auth tokens of accounts. */
  readonly masterKey: KeyObject;
  readonly metrics: Registry;
  /** What must be there before this process gets requests. */
  readonly checks: readonly ReadinessCheck[];
}

/** The HTTP side of Maskline. The database, the store and the queries come from the process's global StoreModule. */
@Module({})
export class ApiModule {
  static register({ masterKey, metrics, checks }: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [ApplicationModule],
      controllers: [ServiceController, SessionController, HealthController, MetricsController],
      providers: [
        {
          provide: Credentials,
          useFactory: (database: Database, store: EventStore) =>
            new Credentials(database, masterKey, store.partitions),
          inject: [Database, EventStore],
        },
        { provide: Registry, useValue: metrics },
        { provide: Readiness, useValue: new Readiness(checks) },
      ],
    };
  }
}
