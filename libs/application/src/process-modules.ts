import type { DynamicModule } from '@nestjs/common';
import { CarrierModule, type OpenCarrier } from '#carrier';
import type { Config, OutboundHttp } from '#platform';
import { CallbackModule } from './callbacks/callback.module.js';
import { MaskingModule, type MaskingParts } from './masking.module.js';
import { StoreModule, type Store } from './store.module.js';

export interface ProcessParts extends Omit<MaskingParts, 'config'> {
  readonly config: MaskingParts['config'] & Pick<Config, 'INTERCEPT_FAILURE'>;
  readonly store: Store;
  readonly carrier: OpenCarrier;
  readonly http: OutboundHttp;
}

/** The global modules that the use cases stand on, one of each in a process. What was opened stays the caller's to close. */
export function processModules({ store, carrier, http, ...masking }: ProcessParts): DynamicModule[] {
  return [
    StoreModule.of(store),
    CallbackModule.of(http, masking.config),
    CarrierModule.of(carrier),
    MaskingModule.of(masking),
  ];
}
