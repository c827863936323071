import { DomainError } from '../shared/domain-error.js';
import type { AccountEvent } from './account.events.js';
import type { Account } from './account.state.js';

/** Keeps the state of an account small: it is loaded with every command on the account. */
export const MAX_API_KEYS = 100;

export function createAccount(account: Account, friendlyName: string): AccountEvent[] {
  if (account.status !== 'absent') throw new DomainError('account-exists', 'the account exists already');
  return [{ type: 'AccountCreated', data: { friendlyName } }];
}

export function changeAuthToken(account: Account): AccountEvent[] {
  requireLive(account);
  return [{ type: 'AccountTokenChanged', data: {} }];
}

export function createApiKey(account: Account, keySid: string, friendlyName: string): AccountEvent[] {
  if (requireLive(account).keys.length >= MAX_API_KEYS) {
    throw new DomainError('api-key-limit', `an account has at most ${MAX_API_KEYS} API keys`);
  }
  return [{ type: 'ApiKeyCreated', data: { keySid, friendlyName } }];
}

export function revokeApiKey(account: Account, keySid: string): AccountEvent[] {
  if (!requireLive(account).keys.includes(keySid)) {
    throw new DomainError('api-key-not-found', 'the account has no such API key');
  }
  return [{ type: 'ApiKeyRevoked', data: { keySid } }];
}

function requireLive(account: Account): Extract<Account, { status: 'live' }> {
  if (account.status !== 'live') throw new DomainError('account-not-found', 'there is no such account');
  return account;
}
