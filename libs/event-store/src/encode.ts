import type { DomainEvent } from '#domain';
import { uuidv7 } from 'uuidv7';
import { canonicalJson } from './canonical-json.js';
import { contentHash } from './content-hash.js';
import type { EventContext } from './event-context.js';
import type { EncodedEvent } from './prepared-command.js';
import { currentSchemaVersion, type Upcasters } from './upcasters.js';

/** Puts a fact in its envelope. */
export function encodeEvent(
  event: DomainEvent,
  place: { readonly streamId: string; readonly version: number; readonly occurredAt: string },
  commandId: string,
  context: EventContext,
  upcasters: Upcasters,
): EncodedEvent {
  const { accountSid, actor, requestId, correlationId, causationId, traceParent } = context;
  const data = canonicalJson(event.data);
  const { version, occurredAt } = place;
  const envelope = {
    eventId: uuidv7(),
    version,
    type: event.type,
    schemaVersion: currentSchemaVersion(upcasters, event.type),
    commandId,
    correlationId,
    causationId,
    actor,
    requestId,
    traceParent,
    occurredAt,
  };
  return {
    ...envelope,
    data,
    contentHash: contentHash({ ...envelope, accountSid, streamId: place.streamId }, data),
  };
}
