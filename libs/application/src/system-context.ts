import type { EventContext, Idempotency } from '#event-store';
import { newSid } from '#platform';

/** What a part of the system does by itself, e.g. `system:forward`, for an account. */
export function systemContext(
  accountSid: string,
  actor: string,
  idempotency: Idempotency | null = null,
): EventContext {
  const requestId = newSid('RQ');
  return {
    accountSid,
    actor,
    requestId: null,
    correlationId: requestId,
    causationId: null,
    traceParent: null,
    idempotency,
  };
}
