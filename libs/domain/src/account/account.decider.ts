import { DomainError } from '../shared/domain-error.js';
import { alreadyHeld, notHeld } from '../shared/legal-hold.js';
import type { AccountEvent, ApiKeyRole } from './account.events.js';
import type { Account } from './account.state.js';

/** Keeps the state of an account small: it is loaded with every command on the account. */
export const MAX_API_KEYS = 100;

export function createAccount(account: Account, friendlyName: string): AccountEvent[] {
  if (account.status !== 'absent') throw new DomainError('account-exists', 'the account exists already');
  return [{ type: 'AccountCreated', data: { friendlyName } }];
}

/** A token that a promotion has ended may still stand in somebody's settings: it must not come back from there. */
export function changeAuthToken(account: Account): AccountEvent[] {
  if (requireLive(account).isTokenRotated) {
    throw new DomainError('token-rotated', 'the auth token of the account is changed by rotation');
  }
  return [{ type: 'AccountTokenChanged', data: {} }];
}

export function createSecondaryAuthToken(account: Account): AccountEvent[] {
  if (requireLive(account).hasSecondaryToken) {
    throw new DomainError('secondary-token-exists', 'the account has a secondary auth token already');
  }
  return [{ type: 'SecondaryAuthTokenCreated', data: {} }];
}

export function promoteAuthToken(account: Account): AccountEvent[] {
  requireSecondaryToken(account);
  return [{ type: 'AuthTokenPromoted', data: {} }];
}

export function deleteSecondaryAuthToken(account: Account): AccountEvent[] {
  requireSecondaryToken(account);
  return [{ type: 'SecondaryAuthTokenDeleted', data: {} }];
}

export function createApiKey(
  account: Account,
  keySid: string,
  friendlyName: string,
  role: ApiKeyRole,
): AccountEvent[] {
  if (requireLive(account).keys.length >= MAX_API_KEYS) {
    throw new DomainError('api-key-limit', `an account has at most ${MAX_API_KEYS} API keys`);
  }
  return [{ type: 'ApiKeyCreated', data: { keySid, friendlyName, role } }];
}

export function revokeApiKey(account: Account, keySid: string): AccountEvent[] {
  if (!requireLive(account).keys.includes(keySid)) {
    throw new DomainError('api-key-not-found', 'the account has no such API key');
  }
  return [{ type: 'ApiKeyRevoked', data: { keySid } }];
}

/** A second hold would lose its reason: there is one at a time. */
export function placeAccountHold(account: Account, reason: string): AccountEvent[] {
  if (requireLive(account).isHeld) throw alreadyHeld();
  return [{ type: 'AccountHoldPlaced', data: { reason } }];
}

export function releaseAccountHold(account: Account, reason: string): AccountEvent[] {
  if (!requireLive(account).isHeld) throw notHeld();
  return [{ type: 'AccountHoldReleased', data: { reason } }];
}

function requireSecondaryToken(account: Account): void {
  if (!requireLive(account).hasSecondaryToken) {
    throw new DomainError('secondary-token-not-found', 'the account has no secondary auth token');
  }
}

function requireLive(account: Account): Extract<Account, { status: 'live' }> {
  if (account.status !== 'live') throw new DomainError('account-not-found', 'there is no such account');
  return account;
}
