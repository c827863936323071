import type { DomainEvent } from '#domain';
import { newUuid } from '#platform';
import { canonicalJson } from '../canonical-json.js';
import { currentSchemaVersion, type Upcasters } from '../upcasters.js';
import { contentHash, type HashedEnvelope } from './content-hash.js';
import type { EncodedEvent, Envelope } from './prepared-command.js';

/** Makes of a fact what is written of it, under the envelope of its command. */
export function encodeEvent(
  event: DomainEvent,
  place: { readonly accountSid: string; readonly streamId: string; readonly version: number },
  envelope: Envelope,
  upcasters: Upcasters,
): EncodedEvent {
  const { accountSid, streamId, version } = place;
  const { type } = event;
  const data = canonicalJson(event.data);
  const eventId = newUuid();
  const schemaVersion = currentSchemaVersion(upcasters, type);
  const { actor, causationId, commandId, correlationId, occurredAt, requestId, traceParent } = envelope;
  const hashed: HashedEnvelope = {
    accountSid,
    actor,
    causationId,
    commandId,
    correlationId,
    eventId,
    occurredAt,
    requestId,
    schemaVersion,
    streamId,
    traceParent,
    type,
    version,
  };
  return { eventId, version, type, schemaVersion, data, contentHash: contentHash(hashed, data) };
}
