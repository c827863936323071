import type { AccountEvent, ApiKeyRole } from '#domain';
import type { RecordedEvent } from '#event-store';

export interface KeyLife {
  readonly sid: string;
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** Every API key that an account ever had, from the account's events. */
export async function foldKeys(events: AsyncIterable<RecordedEvent>): Promise<KeyLife[]> {
  const keys = new Map<string, KeyLife>();
  for await (const { event, occurredAt } of events) {
    // The stream of an account holds nothing else.
    const { type, data } = event as AccountEvent;
    if (type === 'ApiKeyCreated') {
      const { keySid: sid, friendlyName: name, role } = data;
      keys.set(sid, { sid, name, role, createdAt: occurredAt, revokedAt: null });
    } else if (type === 'ApiKeyRevoked') {
      const key = keys.get(data.keySid);
      if (key !== undefined) keys.set(key.sid, { ...key, revokedAt: occurredAt });
    }
  }
  return [...keys.values()];
}
