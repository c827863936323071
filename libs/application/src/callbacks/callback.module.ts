import { Module, type DynamicModule } from '@nestjs/common';
import { OutboundHttp, type Config } from '#platform';
import { Credentials } from '../account/credentials.js';
import { Callbacks } from './callbacks.js';

/** Makes the calls to our users' servers injectable everywhere. Their connections stay the process's to close. */
@Module({})
export class CallbackModule {
  static of(http: OutboundHttp, { INTERCEPT_FAILURE }: Pick<Config, 'INTERCEPT_FAILURE'>): DynamicModule {
    return {
      module: CallbackModule,
      global: true,
      providers: [
        { provide: OutboundHttp, useValue: http },
        {
          provide: Callbacks,
          useFactory: (credentials: Credentials) => new Callbacks(http, credentials, INTERCEPT_FAILURE),
          inject: [Credentials],
        },
      ],
      exports: [OutboundHttp, Callbacks],
    };
  }
}
