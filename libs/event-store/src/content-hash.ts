import { hash } from 'node:crypto';

/** What a content hash covers: everything that is known before the append, so neither position nor time of record. */
export interface HashedEnvelope {
  readonly accountSid: string;
  readonly actor: string;
  readonly causationId: string | null;
  readonly commandId: string;
  readonly correlationId: string;
  readonly eventId: string;
  readonly occurredAt: string;
  readonly requestId: string | null;
  readonly schemaVersion: number;
  readonly streamId: string;
  readonly traceParent: string | null;
  readonly type: string;
  readonly version: number;
}

/**
 * SHA-256, in hex, of the canonical JSON (RFC 8785) of the envelope with its data, encrypted fields as they are stored.
 * The keys below stand in canonical order; `data` is canonical JSON already.
 */
export function contentHash(envelope: HashedEnvelope, data: string): string {
  const head = JSON.stringify({
    accountSid: envelope.accountSid,
    actor: envelope.actor,
    causationId: envelope.causationId,
    commandId: envelope.commandId,
    correlationId: envelope.correlationId,
  });
  const tail = JSON.stringify({
    eventId: envelope.eventId,
    occurredAt: envelope.occurredAt,
    requestId: envelope.requestId,
    schemaVersion: envelope.schemaVersion,
    streamId: envelope.streamId,
    traceParent: envelope.traceParent,
    type: envelope.type,
    version: envelope.version,
  });
  return hash('sha256', `${head.slice(0, -1)},"data":${data},${tail.slice(1)}`, 'hex');
}
