import type { AccountEvent } from '#domain';
import type { RecordedEvent } from '#event-store';

/** An auth token that an account accepts. The token itself is not in the history. */
export interface AcceptedToken {
  readonly token: 'primary' | 'secondary';
  readonly createdAt: string;
}

/** The auth tokens that an account accepts now, from the account's events. */
export async function foldTokens(events: AsyncIterable<RecordedEvent>): Promise<AcceptedToken[]> {
  let primary: string | null = null;
  let secondary: string | null = null;
  for await (const { event, occurredAt } of events) {
    // The stream of an account holds nothing else.
    switch ((event as AccountEvent).type) {
      case 'AccountCreated':
      case 'AccountTokenChanged':
        primary = occurredAt;
        break;
      case 'SecondaryAuthTokenCreated':
        secondary = occurredAt;
        break;
      case 'AuthTokenPromoted':
        primary = secondary;
        secondary = null;
        break;
      case 'SecondaryAuthTokenDeleted':
        secondary = null;
        break;
      case 'ApiKeyCreated':
      case 'ApiKeyRevoked':
      case 'AccountHoldPlaced':
      case 'AccountHoldReleased':
        break;
    }
  }
  return [
    ...(primary === null ? [] : [{ token: 'primary' as const, createdAt: primary }]),
    ...(secondary === null ? [] : [{ token: 'secondary' as const, createdAt: secondary }]),
  ];
}
