import type { EventContext, RecordedEvent } from '#event-store';
import { systemContext } from '../system-context.js';

/** In which the cascade of a deleted service ends one stream below it: as the same command, however often it is tried. */
export function cascadeContext(
  { eventId, accountSid, correlationId, traceParent }: RecordedEvent,
  sid: string,
): EventContext {
  return systemContext(accountSid, 'system:cascade', {
    correlationId,
    causationId: eventId,
    traceParent,
    idempotency: { commandId: `cascade-${eventId}-${sid}`, fingerprint: 'cascade' },
  });
}
