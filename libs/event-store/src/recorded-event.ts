import type { DomainEvent } from '#domain';
import { isoTime } from './iso-time.js';
import { upcast, type Upcasters } from './upcasters.js';

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

/** Reads a row of the log. Times may come as PostgreSQL's JSON writes them. */
export function recordedEvent(row: EventRow, upcasters: Upcasters): RecordedEvent {
  return {
    partition: row.partition,
    position: row.position,
    streamId: row.stream_id,
    version: row.version,
    eventId: row.event_id,
    schemaVersion: row.schema_version,
    accountSid: row.account_sid,
    commandId: row.command_id,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    actor: row.actor,
    requestId: row.request_id,
    traceParent: row.trace_parent,
    occurredAt: isoTime(row.occurred_at),
    recordedAt: isoTime(row.recorded_at),
    event: {
      type: row.type,
      data: upcast(upcasters, row.type, row.schema_version, row.data),
    } satisfies DomainEvent,
  };
}
