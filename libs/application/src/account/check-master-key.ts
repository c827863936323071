import type { KeyObject } from 'node:crypto';
import { open, seal, StartError, type Database } from '#platform';
import { addCanary, findAnyAuthToken, findCanary } from '#read-model';
import { openAuthToken } from './secrets.js';

const place = 'maskline.master_key';

/**
 * Refuses a start with another master key than the one that seals the secrets of this database: every login with an auth token
 * would fail, and what was sealed meanwhile could not be opened with the right one.
 */
export async function checkMasterKey({ admin }: Database, masterKey: KeyObject): Promise<void> {
  let canary = await findCanary(admin);
  if (canary === null) {
    // A database may be older than its canary.
    const token = await findAnyAuthToken(admin);
    if (token !== null) refuseUnless(() => openAuthToken(masterKey, token.account_sid, token.value));
    await addCanary(admin, seal(masterKey, 'canary', place));
    // Another process may have been quicker, with another key.
    canary = await findCanary(admin);
  }
  const sealed = canary;
  if (sealed !== null) refuseUnless(() => open(masterKey, sealed, place));
}

function refuseUnless(opens: () => string): void {
  try {
    opens();
  } catch {
    throw new StartError(
      'MASKLINE_MASTER_KEY is not the key that the secrets of this database are sealed with',
    );
  }
}
