import { describe, expect, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  changeAuthToken,
  createAccount,
  createApiKey,
  createSecondaryAuthToken,
  deleteSecondaryAuthToken,
  MAX_API_KEYS,
  placeAccountHold,
  promoteAuthToken,
  releaseAccountHold,
  revokeApiKey,
} from './account.decider.js';
import type { AccountEvent } from './account.events.js';
import { accountStream } from './account.state.js';

const { given } = scenario(accountStream);

const created: AccountEvent = { type: 'AccountCreated', data: { friendlyName: 'Rides' } };

const secondaryCreated: AccountEvent = { type: 'SecondaryAuthTokenCreated', data: {} };
const promoted: AccountEvent = { type: 'AuthTokenPromoted', data: {} };
const secondaryDeleted: AccountEvent = { type: 'SecondaryAuthTokenDeleted', data: {} };
const live = {
  status: 'live',
  keys: [],
  hasSecondaryToken: false,
  isTokenRotated: false,
  isHeld: false,
} as const;

function keyCreated(keySid: string): AccountEvent {
  return { type: 'ApiKeyCreated', data: { keySid, friendlyName: 'back end', role: 'operator' } };
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
      ...live,
      keys: ['SK1'],
    });
  });

  it('refuses an account that does not exist', () => {
    given().when(changeAuthToken).thenRefused('account-not-found');
  });
});

describe('changeAuthToken of an account whose token was rotated', () => {
  it('is refused, so that a token that has ended does not come back', () => {
    given(created, secondaryCreated, promoted).when(changeAuthToken).thenRefused('token-rotated');
  });

  it('is not refused before the promotion, and leaves the secondary token', () => {
    const changed: AccountEvent = { type: 'AccountTokenChanged', data: {} };
    given(created, secondaryCreated).when(changeAuthToken).then(changed);
    given(created, secondaryCreated, changed).thenState({ ...live, hasSecondaryToken: true });
  });
});

describe('createSecondaryAuthToken', () => {
  it('says that there is one, never which', () => {
    given(created).when(createSecondaryAuthToken).then(secondaryCreated);
    given(created, secondaryCreated).thenState({ ...live, hasSecondaryToken: true });
  });

  it('refuses a third token', () => {
    given(created, secondaryCreated).when(createSecondaryAuthToken).thenRefused('secondary-token-exists');
  });

  it.each([
    ['promoted', promoted],
    ['deleted', secondaryDeleted],
  ])('takes the next one after the last was %s', (_, ended) => {
    given(created, secondaryCreated, ended).when(createSecondaryAuthToken).then(secondaryCreated);
  });

  it('refuses an account that does not exist', () => {
    given().when(createSecondaryAuthToken).thenRefused('account-not-found');
  });
});

describe('promoteAuthToken', () => {
  it('leaves the account with one token', () => {
    given(created, secondaryCreated).when(promoteAuthToken).then(promoted);
    given(created, secondaryCreated, promoted).thenState({ ...live, isTokenRotated: true });
  });

  it('refuses where there is no secondary token, or no more', () => {
    given(created).when(promoteAuthToken).thenRefused('secondary-token-not-found');
    given(created, secondaryCreated, promoted)
      .when(promoteAuthToken)
      .thenRefused('secondary-token-not-found');
    given().when(promoteAuthToken).thenRefused('account-not-found');
  });
});

describe('deleteSecondaryAuthToken', () => {
  it('leaves the primary token as it is', () => {
    given(created, secondaryCreated).when(deleteSecondaryAuthToken).then(secondaryDeleted);
    given(created, secondaryCreated, secondaryDeleted).thenState(live);
  });

  it('refuses where there is no secondary token, or no more', () => {
    given(created).when(deleteSecondaryAuthToken).thenRefused('secondary-token-not-found');
    given(created, secondaryCreated, secondaryDeleted)
      .when(deleteSecondaryAuthToken)
      .thenRefused('secondary-token-not-found');
  });
});

describe('createApiKey', () => {
  it('adds a key', () => {
    given(created)
      .when((account) => createApiKey(account, 'SK1', 'back end', 'operator'))
      .then(keyCreated('SK1'));
  });

  it('refuses more keys than an account may have', () => {
    const keys = Array.from({ length: MAX_API_KEYS }, (_, i) => keyCreated(`SK${i}`));
    given(created, ...keys)
      .when((account) => createApiKey(account, 'SKx', 'one more', 'operator'))
      .thenRefused('api-key-limit');
  });

  it('accepts the last key that fits', () => {
    const keys = Array.from({ length: MAX_API_KEYS - 1 }, (_, i) => keyCreated(`SK${i}`));
    given(created, ...keys)
      .when((account) => createApiKey(account, 'SKx', 'back end', 'operator'))
      .then(keyCreated('SKx'));
  });

  it('refuses an account that does not exist', () => {
    given()
      .when((account) => createApiKey(account, 'SK1', 'back end', 'operator'))
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
      ...live,
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

describe('a legal hold on an account', () => {
  const placed: AccountEvent = { type: 'AccountHoldPlaced', data: { reason: 'a case' } };
  const released: AccountEvent = { type: 'AccountHoldReleased', data: { reason: 'it is over' } };

  it('is placed once, with a reason, and holds a claim until it is released', () => {
    given(created)
      .when((account) => placeAccountHold(account, 'a case'))
      .then(placed);
    given(created, placed).thenState({ ...live, isHeld: true });
    expect(accountStream.claims?.({ ...live, isHeld: true }, 'AC1')).toEqual([
      { kind: 'legal-hold', key: 'AC1' },
    ]);
    given(created, placed)
      .when((account) => placeAccountHold(account, 'another'))
      .thenRefused('legal-hold-exists');
  });

  it('is released with a reason, if there is one', () => {
    given(created, placed)
      .when((account) => releaseAccountHold(account, 'it is over'))
      .then(released);
    given(created, placed, released).thenState(live);
    expect(accountStream.claims?.(live, 'AC1')).toEqual([]);
    for (const past of [[created], [created, placed, released]]) {
      given(...past)
        .when((account) => releaseAccountHold(account, 'it is over'))
        .thenRefused('legal-hold-not-found');
    }
  });

  it('is of an account that exists', () => {
    given()
      .when((account) => placeAccountHold(account, 'a case'))
      .thenRefused('account-not-found');
    given()
      .when((account) => releaseAccountHold(account, 'it is over'))
      .thenRefused('account-not-found');
  });
});
