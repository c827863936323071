import { MAX_PARTICIPANTS } from '#domain';
import type { Refuse } from './form-refusal.js';
import { createParticipantForm, type ParticipantForm } from './participant-form.js';
import { isStorable } from './storable.js';

const MALFORMED = 'It must be a JSON object with an Identifier, or a JSON array of such objects.';

/**
 * Reads the `Participants` of a new session in every encoding that is seen (contract §9.3): repeated JSON objects,
 * one JSON array, or a mixture. Each is read like the form that adds one participant.
 */
export function readParticipants(values: readonly string[], refuse: Refuse): ParticipantForm[] {
  const items = values.filter((text) => text.trim() !== '').flatMap(readItems);
  if (items.length > MAX_PARTICIPANTS) return refuse('There are too many.', 'too-many-participants');
  const participants: ParticipantForm[] = [];
  for (const item of items) {
    const fields = readFields(item);
    if (fields === null) return refuse(MALFORMED);
    const { data, error } = createParticipantForm.safeParse(fields);
    const issue = error?.issues[0];
    if (data === undefined) return refuse(`${String(issue?.path[0])}: ${issue?.message ?? ''}`);
    participants.push(data);
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

const PARAMETERS = new Map(
  ['Identifier', 'FriendlyName', 'ProxyIdentifier', 'ProxyIdentifierSid', 'NumberSelection'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** The object as a form with its parameters; what is null or empty was not given. */
function readFields(item: unknown): Record<string, string> | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(item)) {
    // Written as Identifier, identifier, proxyIdentifier or proxy_identifier.
    const parameter = PARAMETERS.get(key.replaceAll('_', '').toLowerCase());
    if (parameter === undefined || value === null || value === '') continue;
    if (typeof value !== 'string' || !isStorable(value)) return null;
    fields[parameter] = value;
  }
  return fields;
}
