import type { DomainEvent } from '#domain';
import { overloaded } from './overloaded.js';
import type { EventRow, RecordedEvent } from './recorded-event.js';

/** Lifts the data of an event from one schema version to the next; pure. */
export type Upcaster = (data: object) => object;

/**
 * By event type, the steps from version 1 on. A type without steps is at version 1; a released version never
 * changes, a new shape is a new step here, so the rest of the code only ever sees today's shape.
 */
export type Upcasters = Readonly<Record<string, readonly Upcaster[]>>;

/** Those of every event that was ever released. */
export const upcasters: Upcasters = {
  // Before there were roles every key could do all that Twilio's API knows.
  ApiKeyCreated: [(data) => ({ ...data, role: 'operator' })],
};

export function currentSchemaVersion(upcasters: Upcasters, type: string): number {
  return 1 + (upcasters[type]?.length ?? 0);
}

export function upcast(upcasters: Upcasters, type: string, schemaVersion: number, data: object): object {
  const steps = upcasters[type] ?? [];
  if (schemaVersion > 1 + steps.length) throw newerThanUs();
  return steps.slice(schemaVersion - 1).reduce((lifted, step) => step(lifted), data);
}

/**
 * While a new version is rolled out, an old process can meet what the new one wrote. It cannot tell what that means, so it
 * refuses in a way that makes the caller come again, then perhaps to another process.
 */
export function newerThanUs(): Error {
  return overloaded('this was written by a newer version of Maskline');
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

/** `2026-01-02T03:04:05.1+00:00` and its like to `2026-01-02T03:04:05.100Z`. */
export function isoTime(time: string): string {
  return time.length === 24 && time.endsWith('Z') ? time : new Date(time).toISOString();
}
