import type { DomainEvent, Stream } from '#domain';
import { firstOutcome, type Changed } from '../append/changed.js';
import type { EventContext } from '../event-context.js';
import { noKeys } from '../personal-data/subject-keys.js';
import { noChildren, type Aggregate, type Current } from './current.js';
import type { Loading } from './loading.js';
import type { Recent } from './recent.js';

/** A stream of another kind, e.g. the service of a session. */
export interface StreamRef<State extends Aggregate, Event extends DomainEvent> {
  readonly stream: Stream<State, Event>;
  readonly id: string;
}

/** What a creation is decided on: nothing of its own, and the state of the stream above. */
export interface Basis<State, Parent> {
  readonly fresh: Current<State>;
  readonly above: Parent | null;
}

/** What the database said lately is all that a creation without a command id needs; null when it did not say enough. */
export function recallBasis<
  State extends Aggregate,
  Event extends DomainEvent,
  Parent extends Aggregate,
  ParentEvent extends DomainEvent,
>(
  recent: Recent,
  stream: Stream<State, Event>,
  { accountSid, idempotency }: EventContext,
  parent: StreamRef<Parent, ParentEvent> | null,
): Basis<State, Parent> | null {
  if (idempotency !== null) return null;
  const seen = parent === null ? null : recent.find(accountSid, parent.id);
  if (parent !== null && seen === null) return null;
  const time = recent.now();
  if (time === null) return null;
  // It was seen as a stream of this kind: an id is of one kind only.
  const above = (seen?.state ?? null) as Parent | null;
  return { fresh: blank(stream, time.now, time.goodUntil, seen?.version ?? null), above };
}

/** The same as the database says it now, or the first outcome of a command that is known. */
export async function loadBasis<
  State extends Aggregate,
  Event extends DomainEvent,
  Parent extends Aggregate,
  ParentEvent extends DomainEvent,
>(
  loading: Loading,
  recent: Recent,
  stream: Stream<State, Event>,
  context: EventContext,
  parent: StreamRef<Parent, ParentEvent> | null,
): Promise<Basis<State, Parent> | Changed> {
  const loaded = await loading.load(context, parent?.id ?? null);
  const known = firstOutcome(loaded.command, context);
  if (known !== null) return known;
  if (parent === null) return { fresh: blank(stream, loaded.now, null, null), above: null };
  const { state, version } = await loading.current(parent.stream, parent.id, context, loaded);
  if (loaded.stream?.status === 'live') {
    recent.see(context.accountSid, parent.id, { state, version });
  }
  return { fresh: blank(stream, loaded.now, null, null), above: state };
}

/** A stream before its first event. */
function blank<State extends Aggregate, Event extends DomainEvent>(
  { initial: state }: Stream<State, Event>,
  now: string,
  goodUntil: string | null,
  parentVersion: number | null,
): Current<State> {
  return {
    version: 0,
    state,
    rows: noRows,
    children: noChildren,
    now,
    goodUntil,
    parentVersion,
    keys: noKeys,
  };
}

const noRows = {};
