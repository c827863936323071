import type { EventContext } from '#event-store';
import { newSid } from '#platform';

/** What is known of a cause; the rest is of its own. */
type Cause = Partial<Pick<EventContext, 'correlationId' | 'causationId' | 'traceParent' | 'idempotency'>>;

/** What a part of the system does by itself, e.g. `system:forward`, for an account. */
export function systemContext(
  accountSid: string,
  actor: `system:${string}`,
  cause: Cause = {},
): EventContext {
  return {
    accountSid,
    actor,
    requestId: null,
    correlationId: newSid('RQ'),
    causationId: null,
    traceParent: null,
    idempotency: null,
    ...cause,
  };
}
