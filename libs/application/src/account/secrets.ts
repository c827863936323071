import { createHash, type KeyObject } from 'node:crypto';
import type { ApiKeyRole } from '#domain';
import { open, seal } from '#platform';
import type { KeySlot } from '#read-model';

// How credentials lie in maskline.secret. Auth tokens are sealed rather than hashed: webhooks are signed with them. The primary
// and the secondary one are sealed for the same place, so that a promotion moves the box as it is.
// An API key's secret is random and long, so its bare hash can be neither guessed nor turned back.

/** Where the hash of a key's secret lies says what the key may do, so whoever does not know of a role lets none of its keys in. */
export const keySlots = {
  operator: 'key-hash',
  'read-only': 'read-only-key-hash',
} as const satisfies Record<ApiKeyRole, KeySlot>;

export function sealAuthToken(masterKey: KeyObject, accountSid: string, token: string): Buffer {
  return seal(masterKey, token, place(accountSid));
}

export function openAuthToken(masterKey: KeyObject, accountSid: string, box: Buffer): string {
  return open(masterKey, box, place(accountSid));
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function place(accountSid: string): string {
  return `maskline.secret/${accountSid}/auth-token`;
}
