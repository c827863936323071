import { accountHeld } from '../shared/legal-hold.js';
import type { Stream } from '../shared/stream.js';
import type { AccountEvent } from './account.events.js';

export type Account =
  | { readonly status: 'absent' }
  | {
      readonly status: 'live';
      readonly keys: readonly string[];
      readonly hasSecondaryToken: boolean;
      /** From the first promotion on, tokens come and go by rotation alone. */
      readonly isTokenRotated: boolean;
      /** None of its sessions is deleted. */
      readonly isHeld: boolean;
    }
  | { readonly status: 'deleted' };

function evolve(account: Account, event: AccountEvent): Account {
  if (event.type === 'AccountCreated') {
    return { status: 'live', keys: [], hasSecondaryToken: false, isTokenRotated: false, isHeld: false };
  }
  if (account.status !== 'live') return account;
  switch (event.type) {
    case 'AccountTokenChanged':
      return account;
    case 'SecondaryAuthTokenCreated':
      return { ...account, hasSecondaryToken: true };
    case 'AuthTokenPromoted':
      return { ...account, hasSecondaryToken: false, isTokenRotated: true };
    case 'SecondaryAuthTokenDeleted':
      return { ...account, hasSecondaryToken: false };
    case 'ApiKeyCreated':
      return { ...account, keys: [...account.keys, event.data.keySid] };
    case 'ApiKeyRevoked':
      return { ...account, keys: account.keys.filter((sid) => sid !== event.data.keySid) };
    case 'AccountHoldPlaced':
      return { ...account, isHeld: true };
    case 'AccountHoldReleased':
      return { ...account, isHeld: false };
  }
}

export const accountStream: Stream<Account, AccountEvent> = {
  category: 'account',
  prefix: 'AC',
  stateSchema: 3,
  initial: { status: 'absent' },
  deleted: { status: 'deleted' },
  evolve,
  claims: (account, id) => (account.status === 'live' && account.isHeld ? accountHeld(id) : []),
  personal: {
    // A reason may name somebody.
    AccountHoldPlaced: { fields: ['reason'] },
    AccountHoldReleased: { fields: ['reason'] },
  },
};
