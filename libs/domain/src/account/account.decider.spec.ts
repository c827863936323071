import { describe, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  changeAuthToken,
  createAccount,
  createApiKey,
  MAX_API_KEYS,
  revokeApiKey,
} from './account.decider.js';
import type { AccountEvent } from './account.events.js';
import { accountStream } from './account.state.js';

const { given } = scenario(accountStream);

const created: AccountEvent = { type: 'AccountCreated', data: { friendlyName: 'Rides' } };

function keyCreated(keySid: string): AccountEvent {
  return { type: 'ApiKeyCreated', data: { keySid, friendlyName: 'back end' } };
}

describe('createAccount', () => {
  it('starts an account', () => {
    given()
      .when((account) => createAccount(account, 'Rides'))
      .then(created);
  });

  it('refuses an account that exists', () => {
    given(created)
      .when((account) => createAccount(account, 'Rides'))
      .thenRefused('account-exists');
  });
});

describe('changeAuthToken', () => {
  it('says that the token was replaced, never the token', () => {
    given(created).when(changeAuthToken).then({ type: 'AccountTokenChanged', data: {} });
  });

  it('leaves the keys as they are', () => {
    given(created, keyCreated('SK1'), { type: 'AccountTokenChanged', data: {} }).thenState({
      status: 'live',
      keys: ['SK1'],
    });
  });

  it('refuses an account that does not exist', () => {
    given().when(changeAuthToken).thenRefused('account-not-found');
  });
});

describe('createApiKey', () => {
  it('adds a key', () => {
    given(created)
      .when((account) => createApiKey(account, 'SK1', 'back end'))
      .then(keyCreated('SK1'));
  });

  it('refuses more keys than an account may have', () => {
    const keys = Array.from({ length: MAX_API_KEYS }, (_, i) => keyCreated(`SK${i}`));
    given(created, ...keys)
      .when((account) => createApiKey(account, 'SKx', 'one more'))
      .thenRefused('api-key-limit');
  });

  it('accepts the last key that fits', () => {
    const keys = Array.from({ length: MAX_API_KEYS - 1 }, (_, i) => keyCreated(`SK${i}`));
    given(created, ...keys)
      .when((account) => createApiKey(account, 'SKx', 'back end'))
      .then(keyCreated('SKx'));
  });

  it('refuses an account that does not exist', () => {
    given()
      .when((account) => createApiKey(account, 'SK1', 'back end'))
      .thenRefused('account-not-found');
  });
});

describe('revokeApiKey', () => {
  it('removes this key and no other', () => {
    const revoked: AccountEvent = { type: 'ApiKeyRevoked', data: { keySid: 'SK1' } };
    given(created, keyCreated('SK1'), keyCreated('SK2'))
      .when((account) => revokeApiKey(account, 'SK1'))
      .then(revoked);
    given(created, keyCreated('SK1'), keyCreated('SK2'), revoked).thenState({
      status: 'live',
      keys: ['SK2'],
    });
  });

  it('refuses a key that the account does not have, or has no more', () => {
    given(created, keyCreated('SK1'))
      .when((account) => revokeApiKey(account, 'SK2'))
      .thenRefused('api-key-not-found');
    given(created, keyCreated('SK1'), { type: 'ApiKeyRevoked', data: { keySid: 'SK1' } })
      .when((account) => revokeApiKey(account, 'SK1'))
      .thenRefused('api-key-not-found');
  });
});

describe('the state of an account', () => {
  it('stays as it is when an event comes before the creation', () => {
    given(keyCreated('SK1')).thenState({ status: 'absent' });
  });
});
