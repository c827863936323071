import type { AccountEvent } from '#domain';
import { StartError } from '#platform';
import { foldedTables } from '#read-model';

/** Event types as they were typed; a slip would select nothing and look like success. */
export function checkTypes(types: readonly string[]): readonly string[] {
  const known = [...foldedTables.flatMap((table) => table.types), ...accountTypes];
  const unknown = types.find((type) => !known.includes(type));
  if (unknown === undefined) return types;
  throw new StartError(`there is no event type ${unknown}; there are ${known.join(', ')}`);
}

/** An account has no rows that its events are folded into. */
const accountTypes = Object.keys({
  AccountCreated: true,
  AccountTokenChanged: true,
  SecondaryAuthTokenCreated: true,
  AuthTokenPromoted: true,
  SecondaryAuthTokenDeleted: true,
  ApiKeyCreated: true,
  ApiKeyRevoked: true,
  AccountHoldPlaced: true,
  AccountHoldReleased: true,
} satisfies Record<AccountEvent['type'], true>);
