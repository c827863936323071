import { isErased, type DomainEvent } from '#domain';
import type { Moment } from '#read-model';

/** A field that an event set or changed; `from` is null when it was not there before. */
export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One event, told for people. */
export interface ToldEvent {
  readonly version: number;
  readonly position: number;
  readonly type: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly actor: string;
  readonly requestId: string | null;
  readonly causationId: string | null;
  readonly eventId: string;
  readonly changes: readonly Change[];
  /** How late, when it is worth saying. */
  readonly late: string | null;
}

/** They change with every event, or never, and are told elsewhere. */
const untold = new Set(['sid', 'account_sid', 'version', 'date_created', 'date_updated']);

/** Who and what it belongs to is told in the heading, and when the session was created. */
const aboves = new Set(['account_sid', 'service_sid']);

/** What somebody did to a session that REST shows no trace of. */
const changingNothing = new Set(['IdentifiersRevealed', 'SessionHoldPlaced', 'SessionHoldReleased']);

/** An event is recorded in the flush after its decision; what takes longer than this waited for something. */
const usualDelay = 1000;

export function describeMoment({ recorded, before, after }: Moment): ToldEvent {
  const { version, position, event, occurredAt, recordedAt, actor, requestId, causationId, eventId } =
    recorded;
  return {
    version,
    position,
    type: event.type,
    occurredAt,
    recordedAt,
    actor,
    requestId,
    causationId,
    eventId,
    changes: [
      ...(before === null && after === null ? [] : changesOf(before, after)),
      ...(isToldByRow(event, before, after) ? [] : fieldsOf(event.data)),
    ],
    late: lateness(recorded),
  };
}

/** What has no row of its own, as an account, or has one below that of the stream, as a participant, is told by its events. */
function isToldByRow({ type, data }: DomainEvent, before: object | null, after: object | null): boolean {
  if (changingNothing.has(type)) return false;
  return (before !== null || after !== null) && !('participantSid' in data || 'interactionSid' in data);
}

function fieldsOf(data: object): Change[] {
  return Object.entries<unknown>({ ...data }).flatMap(([name, to]) => {
    const field = snakeCase(name);
    // The two ends of a thing are told one by one, as its row has them.
    if (field === 'inbound' && typeof to === 'object' && to !== null) {
      return fieldsOf(to).map((change) => ({ ...change, field: `inbound_${change.field}` }));
    }
    return to === null || aboves.has(field) ? [] : [{ field, from: null, to }];
  });
}

/** Fields of rows are spelled so, and those of events stand beside them. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function changesOf(before: object | null, after: object | null): Change[] {
  if (after === null) return [];
  const old: Readonly<Record<string, unknown>> = { ...before };
  return Object.entries<unknown>({ ...after })
    .filter(([field, to]) => !untold.has(field) && to !== (old[field] ?? null))
    .map(([field, to]) => ({ field, from: before === null ? null : old[field], to }));
}

function lateness({ event, occurredAt, recordedAt }: Moment['recorded']): string | null {
  if (event.type === 'SessionExpired' && 'at' in event.data) {
    const late = Date.parse(recordedAt) - Date.parse(String(event.data.at));
    return `noticed ${seconds(late)} after the deadline`;
  }
  const late = Date.parse(recordedAt) - Date.parse(occurredAt);
  return late > usualDelay ? `recorded ${seconds(late)} after it was decided` : null;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}

/** A value as a person reads it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (isErased(value)) return 'erased';
  if (typeof value === 'object' && 'sealed' in value) return 'sealed';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
