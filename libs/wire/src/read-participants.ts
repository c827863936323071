/** A participant as a caller asks for it; what is null was not given. */
export interface ParticipantWish {
  readonly identifier: string;
  readonly friendlyName: string | null;
  readonly proxyIdentifier: string | null;
  readonly proxyIdentifierSid: string | null;
}

/**
 * Reads the `Participants` of a new session in every encoding that is seen (contract §9.3): repeated JSON objects,
 * one JSON array, or a mixture. Null when it is malformed.
 */
export function readParticipants(values: readonly string[]): ParticipantWish[] | null {
  const participants: ParticipantWish[] = [];
  for (const text of values) {
    if (text.trim() === '') continue;
    for (const item of readItems(text)) {
      const participant = readParticipant(item);
      if (participant === null) return null;
      participants.push(participant);
    }
  }
  return participants;
}

function readItems(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return [null];
  }
}

function readParticipant(item: unknown): ParticipantWish | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  const fields = new Map<string, string>();
  for (const [key, value] of Object.entries(item)) {
    if (value === null || value === '') continue;
    if (typeof value !== 'string' || /\0|\p{Surrogate}/u.test(value)) return null;
    // Written as Identifier, identifier, proxyIdentifier or proxy_identifier.
    fields.set(key.replaceAll('_', '').toLowerCase(), value);
  }
  const identifier = fields.get('identifier');
  if (identifier === undefined) return null;
  return {
    // A `+` that was not percent-encoded arrives as a space.
    identifier: identifier.replace(/^ (?=\d)/, '+'),
    friendlyName: fields.get('friendlyname') ?? null,
    proxyIdentifier: fields.get('proxyidentifier') ?? null,
    proxyIdentifierSid: fields.get('proxyidentifiersid') ?? null,
  };
}
