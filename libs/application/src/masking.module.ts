import { Module, type DynamicModule } from '@nestjs/common';
import { EventStore } from '#event-store';
import { Database, OutboundHttp, type Config } from '#platform';
import { Credentials } from './account/credentials.js';
import { AlertOutlet } from './alerts/alert-outlet.js';
import { AlertPost } from './alerts/alert-post.js';
import { Alerts, type AlertCode } from './alerts/alerts.js';
import { Arrivals } from './inbound/arrivals.js';
import { OutOfSession } from './inbound/out-of-session.js';
import { SessionArrivals } from './inbound/session-arrivals.js';
import { HandOver } from './interaction/hand-over.js';
import { Intercept } from './interaction/intercept.js';
import { Interactions } from './interaction/interactions.js';
import { MaskingRules } from './masking-rules.js';
import { ProxyNumbers } from './participant/proxy-numbers.js';
import { PoolLimits } from './phone-number/pool-limits.js';
import { PublicUrl } from './public-url.js';

export interface MaskingParts {
  readonly config: Pick<
    Config,
    | 'ALERT_URL'
    | 'IDENTIFIER_CHECK'
    | 'RESPECT_STOP_WORDS'
    | 'MAX_POOL_NUMBERS'
    | 'MAX_RESERVED_NUMBERS'
    | 'MAX_SESSION_IDLE_DAYS'
  >;
  /** Under which address the carrier finds the API. */
  readonly publicUrl: () => string;
  readonly onAlert: (code: AlertCode) => void;
}

/** What the use cases of masking share. The store, the carrier and the callbacks come from the process's other global modules. */
@Module({})
export class MaskingModule {
  static of({ config, publicUrl, onAlert }: MaskingParts): DynamicModule {
    const pool = { unreserved: config.MAX_POOL_NUMBERS, reserved: config.MAX_RESERVED_NUMBERS };
    const rules = new MaskingRules(
      config.IDENTIFIER_CHECK,
      config.RESPECT_STOP_WORDS,
      pool,
      config.MAX_SESSION_IDLE_DAYS,
    );
    const providers = [
      { provide: MaskingRules, useValue: rules },
      { provide: PublicUrl, useValue: new PublicUrl(publicUrl) },
      {
        provide: AlertOutlet,
        useFactory: (
          database: Database,
          { partitions }: EventStore,
          http: OutboundHttp,
          credentials: Credentials,
        ) => {
          const { ALERT_URL: url } = config;
          const post = url === undefined ? null : new AlertPost(url, http, credentials);
          return new AlertOutlet(database, partitions, post);
        },
        inject: [Database, EventStore, OutboundHttp, Credentials],
      },
      {
        provide: Alerts,
        useFactory: (outlet: AlertOutlet) => new Alerts(onAlert, outlet),
        inject: [AlertOutlet],
      },
      ProxyNumbers,
      PoolLimits,
      Interactions,
      Intercept,
      HandOver,
      SessionArrivals,
      OutOfSession,
      Arrivals,
    ];
    return { module: MaskingModule, global: true, providers, exports: providers };
  }
}
