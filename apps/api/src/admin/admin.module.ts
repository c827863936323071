import { Module, type DynamicModule } from '@nestjs/common';
import { ApplicationModule, Consumers, ConsumerWebhooks, DeadLetters, MasterKey } from '#application';
import { Database } from '#platform';
import type { EventQueues } from '#queues';
import { AlertController } from './alert.controller.js';
import { ApiKeyController } from './api-key.controller.js';
import { AuthTokenController } from './auth-token.controller.js';
import { CallbackEndpointController } from './callback-endpoint.controller.js';
import { ConsumerController } from './consumer.controller.js';
import { DeadLetterController } from './dead-letter.controller.js';
import { DeliveryController } from './delivery.controller.js';
import { EventController } from './event.controller.js';
import { EventFeed } from './event-feed.js';
import { LegalHoldController } from './legal-hold.controller.js';
import { SessionSearchController } from './session-search.controller.js';
import { StatisticsController } from './statistics.controller.js';
import { StopWordsController } from './stop-words.controller.js';
import { TestCallbackController } from './test-callback.controller.js';
import { WebhookController } from './webhook.controller.js';

/** How an account is run: what is searched, followed and changed beside Twilio's own API, a controller for each kind. */
@Module({
  imports: [ApplicationModule],
  controllers: [
    AlertController,
    ApiKeyController,
    AuthTokenController,
    CallbackEndpointController,
    ConsumerController,
    DeadLetterController,
    DeliveryController,
    EventController,
    LegalHoldController,
    SessionSearchController,
    StatisticsController,
    StopWordsController,
    TestCallbackController,
    WebhookController,
  ],
  providers: [EventFeed],
})
export class AdminModule {
  /** The queues stay the caller's to close, after the application. */
  static of(queues: EventQueues): DynamicModule {
    return {
      module: AdminModule,
      providers: [
        {
          provide: Consumers,
          useFactory: (database: Database) => new Consumers(database, queues),
          inject: [Database],
        },
        {
          provide: ConsumerWebhooks,
          useFactory: (database: Database, consumers: Consumers, { key }: MasterKey) =>
            new ConsumerWebhooks(database, consumers, key),
          inject: [Database, Consumers, MasterKey],
        },
        {
          provide: DeadLetters,
          useFactory: (database: Database) => new DeadLetters(database, queues),
          inject: [Database],
        },
      ],
    };
  }
}
