import { DomainError, type AccountEvent } from '#domain';
import { foldedTables } from '#read-model';

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

/** Event types as somebody named them; a slip would select nothing and look like success. */
export function checkTypes(types: readonly string[]): readonly string[] {
  // What several tables are folded from is in each of them.
  const known = new Set([...foldedTables.flatMap((table) => table.types), ...accountTypes]);
  const unknown = types.find((type) => !known.has(type));
  if (unknown === undefined) return types;
  throw new DomainError(
    'event-type-unknown',
    `there is no event type ${unknown}; there are ${[...known].join(', ')}`,
  );
}
