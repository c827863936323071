import type { Personal } from '../shared/erased.js';

export interface AccountCreated {
  readonly type: 'AccountCreated';
  readonly data: { readonly friendlyName: string };
}

/** The auth token was replaced. The token itself is a secret and never in an event. */
export interface AccountTokenChanged {
  readonly type: 'AccountTokenChanged';
  readonly data: Record<string, never>;
}

/** A second auth token, accepted beside the first one until it is promoted or deleted. */
export interface SecondaryAuthTokenCreated {
  readonly type: 'SecondaryAuthTokenCreated';
  readonly data: Record<string, never>;
}

/** The secondary auth token took the place of the primary one, which ended with it. */
export interface AuthTokenPromoted {
  readonly type: 'AuthTokenPromoted';
  readonly data: Record<string, never>;
}

export interface SecondaryAuthTokenDeleted {
  readonly type: 'SecondaryAuthTokenDeleted';
  readonly data: Record<string, never>;
}

/** What a key may do. The account's own token may more: it alone hands out keys and tokens. */
export type ApiKeyRole = 'operator' | 'read-only';

export interface ApiKeyCreated {
  readonly type: 'ApiKeyCreated';
  readonly data: { readonly keySid: string; readonly friendlyName: string; readonly role: ApiKeyRole };
}

export interface ApiKeyRevoked {
  readonly type: 'ApiKeyRevoked';
  readonly data: { readonly keySid: string };
}

/** No session of the account and nothing in one is deleted until the hold is released; who said so stands in the envelope. */
export interface AccountHoldPlaced {
  readonly type: 'AccountHoldPlaced';
  readonly data: { readonly reason: Personal<string> };
}

export interface AccountHoldReleased {
  readonly type: 'AccountHoldReleased';
  readonly data: { readonly reason: Personal<string> };
}

export type AccountEvent =
  | AccountCreated
  | AccountTokenChanged
  | SecondaryAuthTokenCreated
  | AuthTokenPromoted
  | SecondaryAuthTokenDeleted
  | ApiKeyCreated
  | ApiKeyRevoked
  | AccountHoldPlaced
  | AccountHoldReleased;
