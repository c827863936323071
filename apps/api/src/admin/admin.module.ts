import { Module } from '@nestjs/common';
import { ApplicationModule } from '#application';
import { EventStore } from '#event-store';
import { Database } from '#platform';
import { SessionSearch } from '#read-model';
import { ApiKeyController } from './api-key.controller.js';
import { AuthTokenController } from './auth-token.controller.js';
import { EventController } from './event.controller.js';
import { EventFeed } from './event-feed.js';
import { LegalHoldController } from './legal-hold.controller.js';
import { SessionSearchController } from './session-search.controller.js';
import { StatisticsController } from './statistics.controller.js';
import { TestCallbackController } from './test-callback.controller.js';

/** How an account is run: what is searched, followed and changed beside Twilio's own API, a controller for each kind. */
@Module({
  imports: [ApplicationModule],
  controllers: [
    ApiKeyController,
    AuthTokenController,
    EventController,
    LegalHoldController,
    SessionSearchController,
    StatisticsController,
    TestCallbackController,
  ],
  providers: [
    EventFeed,
    {
      provide: SessionSearch,
      useFactory: (database: Database, { partitions }: EventStore) => new SessionSearch(database, partitions),
      inject: [Database, EventStore],
    },
  ],
})
export class AdminModule {}
