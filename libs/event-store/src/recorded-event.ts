import type { DomainEvent } from '#domain';

/** An event as it stands in the log: the fact, lifted to today's shape, with its envelope. */
export interface RecordedEvent<Event extends DomainEvent = DomainEvent> {
  readonly partition: number;
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
  readonly eventId: string;
  readonly schemaVersion: number;
  readonly accountSid: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly actor: string;
  readonly requestId: string | null;
  readonly traceParent: string | null;
  /** When it happened by the database's clock. */
  readonly occurredAt: string;
  /** When it was committed; never goes backwards within a partition. */
  readonly recordedAt: string;
  readonly event: Event;
}

/** The columns of `maskline.event`, without the hash. */
export interface EventRow {
  readonly partition: number;
  readonly position: number;
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  readonly event_id: string;
  readonly account_sid: string;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly actor: string;
  readonly request_id: string | null;
  readonly trace_parent: string | null;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly data: object;
}

const columns = Object.keys({
  partition: true,
  position: true,
  stream_id: true,
  version: true,
  type: true,
  schema_version: true,
  event_id: true,
  account_sid: true,
  command_id: true,
  correlation_id: true,
  causation_id: true,
  actor: true,
  request_id: true,
  trace_parent: true,
  occurred_at: true,
  recorded_at: true,
  data: true,
} satisfies Record<keyof EventRow, true>);

/** An `EventRow` in a select list, of the table or subselect with this name. */
export function eventColumns(of: string): string {
  return columns.map((column) => `${of}.${column}`).join(', ');
}
