import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { openStore, type Store } from '#application';
import { openDatabase } from '#platform';
import type { Place } from './contend.js';

/** The store as api and worker open it: same pools, same batches. */
export async function openBenchStore(
  place: Place,
  masterKey: KeyObject = createSecretKey(randomBytes(32)),
): Promise<Store & { readonly close: () => Promise<void> }> {
  const database = openDatabase(place, 'bench');
  const unobserved = { flushed: () => undefined, conflicted: () => undefined };
  const store = await openStore(database, masterKey, unobserved);
  return {
    ...store,
    close: async () => {
      await store.events.drain();
      await store.wake.stop();
      await database.close();
    },
  };
}
