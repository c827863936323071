import type { Claim, DomainEvent, Stream } from '#domain';
import type { Aggregate, Current, Reading, RowsByTable } from './current.js';
import { encodeEvent } from './encode.js';
import { envelopeOf, type EventContext } from './event-context.js';
import { sealPersonal } from './seal-personal.js';
import type { EventKeyChange, PreparedCommand, RowChange, SecretChange } from './prepared-command.js';
import { projectInline } from './project-inline.js';

export interface ChangeOptions {
  readonly secrets?: readonly SecretChange[];
  /** The cascade's own deletes are the only events allowed below a deleted parent. */
  readonly isCascade?: boolean;
  /** Of a stream with personal fields: the subjects, beside the stream's own, that had a key before and get fields now. */
  readonly subjects?: readonly string[];
}

export interface Prepared {
  readonly command: PreparedCommand;
  /** The rows of the stream after the command. */
  readonly rows: RowsByTable;
}

const everyKey: EventKeyChange = { subject: null, wrapped: null };

/** Makes of a decision all that append has to judge and to write. Pure, but for the ids of the events. */
export function prepare<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  streamId: string,
  context: EventContext,
  commandId: string,
  current: Current<State>,
  events: readonly Event[],
  options: ChangeOptions,
  { projectors, upcasters, masterKey }: Pick<Reading, 'projectors' | 'upcasters' | 'masterKey'>,
): Prepared {
  const { version, now: occurredAt, goodUntil, parentVersion } = current;
  const { accountSid } = context;
  const envelope = envelopeOf(context, commandId, occurredAt);
  const after = events.reduce((state, event) => stream.evolve(state, event, occurredAt), current.state);
  const isDeleted = after.status === stream.deleted.status;
  const rows = projectInline(projectors[stream.category] ?? [], streamId, current, occurredAt, events);
  const sealed =
    stream.personal === undefined
      ? { events, keys: [] }
      : sealPersonal(stream.personal, { accountSid, streamId }, events, current.keys, masterKey);
  const held = stream.claims?.(current.state) ?? [];
  const wanted = stream.claims?.(after) ?? [];
  const parent = stream.parent?.(after) ?? stream.parent?.(current.state) ?? null;
  return {
    rows,
    command: {
      streamId,
      accountSid,
      category: stream.category,
      expectedVersion: version,
      // Each by name: a spread within a literal of this size is built key by key.
      commandId,
      correlationId: context.correlationId,
      causationId: context.causationId,
      actor: context.actor,
      requestId: context.requestId,
      traceParent: context.traceParent,
      occurredAt,
      remember: context.idempotency,
      events: sealed.events.map((event, i) =>
        encodeEvent(event, { accountSid, streamId, version: version + 1 + i }, envelope, upcasters),
      ),
      status: isDeleted ? 'deleted' : 'live',
      state: isDeleted ? null : JSON.stringify(after),
      stateSchema: stream.stateSchema,
      validUntil: earliest(
        goodUntil,
        deadlineAhead(stream, current.state, occurredAt),
        deadlineAhead(stream, after, occurredAt),
      ),
      needs:
        parent === null || options.isCascade === true ? [] : [{ stream: parent, version: parentVersion }],
      claims: without(wanted, held),
      releases: without(held, wanted),
      empties: [],
      counts: [],
      secrets: options.secrets ?? [],
      keys: isDeleted && stream.personal !== undefined ? [everyKey] : sealed.keys,
      rows: rowChanges(current.rows, rows, streamId),
    },
  };
}

/**
 * Until when a decision that saw or made this state holds. A deadline that has passed already was what the decision was
 * about, so it cannot make it late.
 */
function deadlineAhead<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  state: State,
  now: string,
): string | null {
  const deadline = stream.deadline?.(state) ?? null;
  return deadline !== null && deadline > now ? deadline : null;
}

/** ISO times in UTC with milliseconds sort as text. */
function earliest(...times: readonly (string | null)[]): string | null {
  return times.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
}

function rowChanges(before: RowsByTable, after: RowsByTable, sid: string): RowChange[] {
  const changes: RowChange[] = [];
  for (const [table, row] of Object.entries(after)) {
    const known = before[table] ?? null;
    if (row !== known) changes.push({ table, sid, row: row === null ? null : JSON.stringify(row) });
  }
  return changes;
}

function without(claims: readonly Claim[], others: readonly Claim[]): readonly Claim[] {
  if (claims.length === 0 || others.length === 0) return claims;
  return claims.filter(({ kind, key }) => !others.some((other) => other.kind === kind && other.key === key));
}
