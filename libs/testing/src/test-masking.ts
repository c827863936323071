import { processModules, type ProcessParts, type Store } from '#application';
import { openSimulator, type OpenCarrier } from '#carrier';
import { OutboundHttp } from '#platform';
import { cleanUp } from './clean-up.js';

interface Settings extends Partial<Omit<ProcessParts, 'store' | 'config'>> {
  readonly config?: Partial<ProcessParts['config']>;
}

/** What use cases stand on, over the simulator, with the settings that a process starts with. */
export function testModules(store: Store, settings: Settings = {}) {
  const carrier: OpenCarrier = settings.carrier ?? openSimulator(store.database, store.masterKey);
  const http = settings.http ?? new OutboundHttp('loopback');
  cleanUp(() => http.close());
  return processModules({
    store,
    carrier,
    http,
    publicUrl: settings.publicUrl ?? (() => 'http://127.0.0.1:1'),
    onAlert: settings.onAlert ?? (() => undefined),
    config: {
      IDENTIFIER_CHECK: 'valid',
      RESPECT_STOP_WORDS: true,
      MAX_POOL_NUMBERS: 500,
      MAX_RESERVED_NUMBERS: 5000,
      MAX_SESSION_IDLE_DAYS: 0,
      INTERCEPT_FAILURE: 'open',
      ...settings.config,
    },
  });
}
