import type { Claim, ClaimRange, DomainEvent, NumberUse, Stream } from '#domain';
import { envelopeOf, type EventContext } from '../event-context.js';
import type { Aggregate, Current, Reading } from '../load/current.js';
import { sealPersonal } from '../personal-data/seal-personal.js';
import { projectInline } from '../projection/project-inline.js';
import type { InlineChange, Projection } from '../projection/projection.js';
import { encodeEvent } from './encode.js';
import type {
  EventKeyChange,
  PreparedCommand,
  RowChange,
  SecretChange,
  UseChange,
} from './prepared-command.js';

export interface ChangeOptions {
  readonly secrets?: readonly SecretChange[];
  /** The cascade's own deletes are the only events allowed below a deleted parent. */
  readonly isCascade?: boolean;
  /** Of a stream with personal fields: who may get some in events of a change. New ones too: only the database knows who is new. */
  readonly subjects?: readonly string[];
  /** The rows below the stream that a change looks at or changes, by their SIDs. One that it makes need not be named. */
  readonly children?: readonly string[];
  /** Nobody may hold a claim in these ranges, e.g. no session a pair with a number that leaves its pool. */
  readonly empties?: readonly ClaimRange[];
  /** Streams that the decision saw elsewhere: they must still be at that version, e.g. a number that a participant was given. */
  readonly needs?: readonly { readonly stream: string; readonly version: number }[];
  /** Fewer claims than `max` may be held in these ranges before the command adds one; one that adds none is not counted. */
  readonly counts?: readonly (ClaimRange & { readonly max: number })[];
}

export interface Prepared extends Pick<Projection, 'rows' | 'children'> {
  readonly command: PreparedCommand;
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
  const isDeleted = stream.deleted !== null && after.status === stream.deleted.status;
  const { rows, children, changes } = projectInline(
    projectors[stream.category] ?? [],
    streamId,
    current,
    occurredAt,
    events,
  );
  const sealed =
    stream.personal === undefined
      ? { events, keys: [] }
      : sealPersonal(stream.personal, { accountSid, streamId }, events, current, masterKey);
  const held = stream.claims?.(current.state, streamId) ?? [];
  const wanted = stream.claims?.(after, streamId) ?? [];
  const taken = without(wanted, held);
  const parent = stream.parent?.(after) ?? stream.parent?.(current.state) ?? null;
  return {
    rows,
    children,
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
      needs: [
        ...(parent === null || options.isCascade === true
          ? []
          : [{ stream: parent, version: parentVersion }]),
        ...(options.needs ?? []),
      ],
      claims: taken,
      releases: without(held, wanted),
      empties: options.empties ?? [],
      counts: (options.counts ?? []).filter((range) => taken.some((claim) => isIn(claim, range))),
      secrets: options.secrets ?? [],
      keys: isDeleted && stream.personal !== undefined ? [everyKey] : sealed.keys,
      rows: changes.map(rowChange),
      uses: stream.uses === undefined ? [] : useChanges(stream.uses(current.state), stream.uses(after)),
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

function rowChange(change: InlineChange): RowChange {
  if ('below' in change) return change;
  const { table, sid, row } = change;
  return { table, sid, row: row === null ? null : JSON.stringify(row) };
}

function useChanges(before: readonly NumberUse[], after: readonly NumberUse[]): readonly UseChange[] {
  if (before.length === 0 && after.length === 0) return [];
  const isAmong = (uses: readonly NumberUse[]) => (use: NumberUse) =>
    uses.some(({ serviceSid, number }) => serviceSid === use.serviceSid && number === use.number);
  const [wasUsed, isUsed] = [isAmong(before), isAmong(after)];
  return [
    ...after.filter((use) => !wasUsed(use)).map((use) => ({ ...use, change: 1 as const })),
    ...before.filter((use) => !isUsed(use)).map((use) => ({ ...use, change: -1 as const })),
  ];
}

function isIn({ kind, key }: Claim, range: ClaimRange): boolean {
  return kind === range.kind && key >= range.lo && key < range.hi;
}

function without(claims: readonly Claim[], others: readonly Claim[]): readonly Claim[] {
  if (claims.length === 0 || others.length === 0) return claims;
  return claims.filter(({ kind, key }) => !others.some((other) => other.kind === kind && other.key === key));
}
