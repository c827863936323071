import type { Envelope } from './append/prepared-command.js';

/** Who asks, and within what: written into the envelope of every event that comes of it. */
export interface EventContext {
  readonly accountSid: string;
  /** The account or API key of the caller, or the part of the system that acts, e.g. `system:expiry`. */
  readonly actor: string;
  readonly requestId: string | null;
  /** Shared by everything that one outside cause brings about. */
  readonly correlationId: string;
  /** The event that this is a reaction to. */
  readonly causationId: string | null;
  /** A W3C traceparent. */
  readonly traceParent: string | null;
  /** Given: the command is remembered for 24 h, and the same id again gets the first outcome. */
  readonly idempotency: Idempotency | null;
}

export interface Idempotency {
  readonly commandId: string;
  /** A digest of what was asked: the same id with another fingerprint is refused. */
  readonly fingerprint: string;
}

/** What the events of one command say of where they come from. */
export function envelopeOf(context: EventContext, commandId: string, occurredAt: string): Envelope {
  const { actor, requestId, correlationId, causationId, traceParent } = context;
  return { commandId, correlationId, causationId, actor, requestId, traceParent, occurredAt };
}
