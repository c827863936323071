import { Module, type DynamicModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ApplicationModule } from '#application';
import { Readiness, type ReadinessCheck, type ReadinessRemark } from '#platform';
import { HealthController } from './ops/health.controller.js';
import { MetricsController } from './ops/metrics.controller.js';
import { CallController } from './inbound/call.controller.js';
import { ForgedWebhooks } from './inbound/forged-webhooks.js';
import { MessageController } from './inbound/message.controller.js';
import { PhoneNumberController } from './services/phone-number.controller.js';
import { ServiceController } from './services/service.controller.js';
import { ShortCodeController } from './services/short-code.controller.js';
import { InteractionController } from './sessions/interaction.controller.js';
import { MessageInteractionController } from './sessions/message-interaction.controller.js';
import { ParticipantController } from './sessions/participant.controller.js';
import { SessionController } from './sessions/session.controller.js';

export interface ApiParts {
  readonly metrics: Registry;
  /** What must be there before this process gets requests, and what else /readyz says. */
  readonly checks: readonly (ReadinessCheck | ReadinessRemark)[];
}

/** The HTTP side of Maskline. The database, the store and the queries come from the process's global StoreModule. */
@Module({})
export class ApiModule {
  static register({ metrics, checks }: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [ApplicationModule],
      controllers: [
        ServiceController,
        PhoneNumberController,
        ShortCodeController,
        SessionController,
        ParticipantController,
        MessageInteractionController,
        InteractionController,
        MessageController,
        CallController,
        HealthController,
        MetricsController,
      ],
      providers: [
        ForgedWebhooks,
        { provide: Registry, useValue: metrics },
        { provide: Readiness, useValue: new Readiness(checks) },
      ],
    };
  }
}
