import type { EventContext, RecordedEvent } from '#event-store';

/** In which the cascade of a deleted service ends one stream below it: as the same command, however often it is tried. */
export function cascadeContext(
  { eventId, accountSid, correlationId, traceParent }: RecordedEvent,
  sid: string,
): EventContext {
  return {
    accountSid,
    actor: 'system:cascade',
    requestId: null,
    correlationId,
    causationId: eventId,
    traceParent,
    idempotency: { commandId: `cascade-${eventId}-${sid}`, fingerprint: 'cascade' },
  };
}
