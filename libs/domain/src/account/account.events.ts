export interface AccountCreated {
  readonly type: 'AccountCreated';
  readonly data: { readonly friendlyName: string };
}

/** The auth token was replaced. The token itself is a secret and never in an event. */
export interface AccountTokenChanged {
  readonly type: 'AccountTokenChanged';
  readonly data: Record<string, never>;
}

export interface ApiKeyCreated {
  readonly type: 'ApiKeyCreated';
  readonly data: { readonly keySid: string; readonly friendlyName: string };
}

export interface ApiKeyRevoked {
  readonly type: 'ApiKeyRevoked';
  readonly data: { readonly keySid: string };
}

export type AccountEvent = AccountCreated | AccountTokenChanged | ApiKeyCreated | ApiKeyRevoked;
