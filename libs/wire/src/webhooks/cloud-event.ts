/** An event as the log has it, and what of its data its receiver is told. */
interface ToldEvent {
  readonly position: number;
  readonly eventId: string;
  readonly streamId: string;
  readonly version: number;
  readonly accountSid: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceParent: string | null;
  readonly occurredAt: string;
  readonly event: { readonly type: string; readonly data: object };
}

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/**
 * An event in CloudEvents 1.0, as structured JSON: so the signature, which is of the body, covers what the event is as well, and
 * not its data alone. Names of extensions are of small letters, and numbers have 32 bits there, so a position goes as text.
 */
export function cloudEvent(
  { event: { type, data }, causationId, traceParent, ...envelope }: ToldEvent,
  replayId: string | null,
): string {
  return JSON.stringify({
    specversion: '1.0',
    id: envelope.eventId,
    source: `/maskline/accounts/${envelope.accountSid}`,
    type: `maskline.${type}`,
    subject: envelope.streamId,
    time: envelope.occurredAt,
    datacontenttype: 'application/json',
    streamversion: envelope.version,
    position: String(envelope.position),
    actor: envelope.actor,
    correlationid: envelope.correlationId,
    ...(causationId !== null && { causationid: causationId }),
    ...(traceParent !== null && { traceparent: traceParent }),
    ...(replayId !== null && { replayid: replayId }),
    data,
  });
}
