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
  const text =
    `{"accountSid":${json(envelope.accountSid)},"actor":${json(envelope.actor)},"causationId":${json(envelope.causationId)}` +
    `,"commandId":${json(envelope.commandId)},"correlationId":${json(envelope.correlationId)},"data":${data}` +
    `,"eventId":${json(envelope.eventId)},"occurredAt":${json(envelope.occurredAt)},"requestId":${json(envelope.requestId)}` +
    `,"schemaVersion":${envelope.schemaVersion},"streamId":${json(envelope.streamId)}` +
    `,"traceParent":${json(envelope.traceParent)},"type":${json(envelope.type)},"version":${envelope.version}}`;
  return hash('sha256', text, 'hex');
}

/** What JSON writes as it is: printable ASCII without quote and backslash. */
const plain = /^[ !#-[\]-~]*$/;

/** `JSON.stringify` of a text, at a quarter of its cost for what ids and times are made of. */
function json(text: string | null): string {
  if (text === null) return 'null';
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
