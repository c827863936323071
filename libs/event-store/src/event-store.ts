import type { KeyObject } from 'node:crypto';
import { DomainError, type DomainEvent, type Stream } from '#domain';
import { newUuid } from '#platform';
import type { Outcome, Queryable } from './append.js';
import { Batcher, type BatcherOptions } from './batcher.js';
import { CoalescedRead } from './coalesced-read.js';
import { currentOf, evolved, type Aggregate, type Current, type Reading } from './current.js';
import type { EventContext } from './event-context.js';
import { expiryCommandId } from './expiry-command-id.js';
import { load, type Loaded, type LoadRequest } from './load.js';
import { OneAtATime } from './one-at-a-time.js';
import { firstOutcome, refusal, type Changed } from './outcomes.js';
import { overloaded } from './overloaded.js';
import { partitionOf } from './partition.js';
import { prepare, type ChangeOptions } from './prepare.js';
import { projectInline } from './project-inline.js';
import type { AnyProjector } from './projector.js';
import { Recent } from './recent.js';
import { noKeys } from './subject-keys.js';
import { recordedEvent, type Upcasters } from './upcasters.js';

export interface EventStoreOptions {
  /** Connections of the batcher alone: what a handler holds must never keep a flush waiting. */
  readonly appends: Queryable;
  readonly loads: Queryable;
  readonly partitions: number;
  /** By category: the projectors whose rows are written in the transaction of the events. */
  readonly projectors: Readonly<Record<string, readonly AnyProjector[]>>;
  readonly upcasters: Upcasters;
  /** Wraps the keys of personal fields. */
  readonly masterKey: KeyObject;
  readonly batching: BatcherOptions;
  readonly onConflict?: () => void;
}

/** What a decision is given beside the state. */
export interface Given {
  /** The database's time; the events will have occurred then. */
  readonly now: string;
}

/** A stream of another kind, e.g. the service of a session. */
interface StreamRef<State extends Aggregate, Event extends DomainEvent> {
  readonly stream: Stream<State, Event>;
  readonly id: string;
}

/** What a creation is decided on: nothing of its own, and the state of the stream above. */
interface Basis<State, Parent> {
  readonly fresh: Current<State>;
  readonly above: Parent | null;
}

interface Appended {
  readonly outcome: Outcome;
  /** Null when the command was refused. */
  readonly changed: Changed | null;
}

/** Each attempt means that another writer got in between, so somebody always gets on. */
const maxAttempts = 32;

/** Appends decisions to the log: loads, decides, appends, and decides again when the world has moved in between. */
export class EventStore {
  readonly #batchers: readonly Batcher[];
  readonly #loads: CoalescedRead<LoadRequest, Loaded>;
  readonly #turns: OneAtATime;
  readonly #recent = new Recent();
  readonly #reading: Reading;

  constructor(private readonly options: EventStoreOptions) {
    const { appends, loads, partitions, batching, projectors, upcasters, masterKey } = options;
    this.#reading = { db: loads, projectors, upcasters, masterKey };
    this.#batchers = Array.from(
      { length: partitions },
      (_, partition) => new Batcher(appends, partition, batching),
    );
    this.#turns = new OneAtATime(batching);
    this.#loads = new CoalescedRead((requests) => load(loads, requests), {
      maxBatch: batching.maxBatch,
      maxInFlight: 2,
      maxWaiting: batching.maxWaiting,
      patience: batching.patience,
    });
  }

  get partitions(): number {
    return this.options.partitions;
  }

  /** Starts a stream under a fresh id. The decision may see the stream above it, e.g. a session its service. */
  create<
    State extends Aggregate,
    Event extends DomainEvent,
    Parent extends Aggregate,
    ParentEvent extends DomainEvent,
  >(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
    parent: StreamRef<Parent, ParentEvent> | null,
    decide: (given: Given & { readonly parent: Parent | null }) => Event[],
    options: ChangeOptions = {},
  ): Promise<Changed> {
    return this.#inTurn(null, context, async () => {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const guess = attempt === 0 ? this.#recall(stream, context, parent) : null;
        const basis = guess ?? (await this.#basisOf(stream, context, parent));
        if ('isDuplicate' in basis) return basis;
        const { fresh, above } = basis;
        let events: Event[];
        try {
          events = await this.#decide(context, () => decide({ now: fresh.now, parent: above }));
        } catch (error) {
          // What is refused on a guess may be right on what is so now.
          if (guess !== null && error instanceof DomainError) continue;
          throw error;
        }
        const { outcome, changed } = await this.#append(stream, id, context, fresh, events, options);
        if (changed !== null) return changed;
        if (outcome.kind !== 'late' && outcome.kind !== 'moved') throw refusal(stream, outcome);
      }
      throw overloaded('the command met too many others');
    });
  }

  /** Decides on a stream. What is overdue is ended first, as a command of its own, so no decision works on it. */
  change<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
    decide: (state: State, given: Given) => Event[],
    options: ChangeOptions = {},
  ): Promise<Changed> {
    return this.#inTurn(id, context, async () => {
      let current: Current<State> | null = null;
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        if (current === null) {
          const loaded = await this.#load(context, id, stream.category, subjectsOf(stream, id, options));
          const known = firstOutcome(loaded.command, context);
          if (known !== null) return known;
          current = await this.#current(stream, id, context, loaded);
        }
        const seen: Current<State> = current;
        if (options.isCascade !== true && isOverdue(stream, seen)) {
          await this.#expire(stream, id, context, seen);
          current = null;
          continue;
        }
        const events = await this.#decide(context, () => decide(seen.state, { now: seen.now })).catch(
          async (error: unknown) => {
            if (options.isCascade !== true) await this.#requireParent(stream, seen.state, context);
            throw error;
          },
        );
        if (events.length === 0 && context.idempotency === null) {
          return { sid: id, version: seen.version, isDuplicate: false, rows: {} };
        }
        const { outcome, changed } = await this.#append(stream, id, context, seen, events, options);
        if (changed !== null) return changed;
        if (outcome.kind !== 'conflict' && outcome.kind !== 'late') throw refusal(stream, outcome);
        current = outcome.kind === 'conflict' ? this.#caughtUp(stream, id, seen, outcome) : null;
      }
      throw overloaded('the command met too many others');
    });
  }

  /** Ends the stream if its deadline has passed: true when this call did it. */
  async expire<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
  ): Promise<boolean> {
    const loaded = await this.#load(context, id, stream.category, subjectsOf(stream, id, {}));
    const current = await this.#current(stream, id, context, loaded);
    return isOverdue(stream, current) && this.#expire(stream, id, context, current);
  }

  /** The state of a stream as the database has it now. */
  async load<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    accountSid: string,
  ): Promise<{ state: State; version: number; now: string }> {
    const loaded = await this.#load({ accountSid, idempotency: null }, id);
    return this.#current(stream, id, { accountSid }, loaded);
  }

  /** Resolves when every command taken so far has its outcome. */
  async drain(): Promise<void> {
    await Promise.all(this.#batchers.map((batcher) => batcher.drain()));
  }

  /** Commands on one stream, and commands with the same id, wait for each other. */
  #inTurn(id: string | null, { idempotency }: EventContext, work: () => Promise<Changed>): Promise<Changed> {
    const onStream = () => (id === null ? work() : this.#turns.run(`stream ${id}`, work));
    return idempotency === null ? onStream() : this.#turns.run(`command ${idempotency.commandId}`, onStream);
  }

  async #load(
    { accountSid, idempotency }: Pick<EventContext, 'accountSid' | 'idempotency'>,
    streamId: string | null,
    rowsOf: string | null = null,
    subjects: readonly string[] | null = null,
  ): Promise<Loaded> {
    const partition = partitionOf(accountSid, this.partitions);
    const commandId = idempotency?.commandId ?? null;
    const loaded = await this.#loads.get({ partition, accountSid, streamId, commandId, rowsOf, subjects });
    this.#recent.tell(loaded.now);
    return loaded;
  }

  #current<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    streamId: string,
    { accountSid }: Pick<EventContext, 'accountSid'>,
    loaded: Loaded,
  ): Promise<Current<State>> {
    const place = { partition: partitionOf(accountSid, this.partitions), streamId };
    return currentOf(stream, place, loaded, this.#reading);
  }

  /** What the database said lately is all that a creation without a command id needs; null when it did not say enough. */
  #recall<
    State extends Aggregate,
    Event extends DomainEvent,
    Parent extends Aggregate,
    ParentEvent extends DomainEvent,
  >(
    stream: Stream<State, Event>,
    { accountSid, idempotency }: EventContext,
    parent: StreamRef<Parent, ParentEvent> | null,
  ): Basis<State, Parent> | null {
    if (idempotency !== null) return null;
    const seen = parent === null ? null : this.#recent.find(accountSid, parent.id);
    if (parent !== null && seen === null) return null;
    const time = this.#recent.now();
    if (time === null) return null;
    // It was seen as a stream of this kind: an id is of one kind only.
    const above = (seen?.state ?? null) as Parent | null;
    return { fresh: blank(stream, time.now, time.goodUntil, seen?.version ?? null), above };
  }

  /** The same as the database says it now, or the first outcome of a command that is known. */
  async #basisOf<
    State extends Aggregate,
    Event extends DomainEvent,
    Parent extends Aggregate,
    ParentEvent extends DomainEvent,
  >(
    stream: Stream<State, Event>,
    context: EventContext,
    parent: StreamRef<Parent, ParentEvent> | null,
  ): Promise<Basis<State, Parent> | Changed> {
    const loaded = await this.#load(context, parent?.id ?? null);
    const known = firstOutcome(loaded.command, context);
    if (known !== null) return known;
    if (parent === null) return { fresh: blank(stream, loaded.now, null, null), above: null };
    const { state, version } = await this.#current(parent.stream, parent.id, context, loaded);
    if (loaded.stream?.status === 'live') {
      this.#recent.see(context.accountSid, parent.id, { state, version });
    }
    return { fresh: blank(stream, loaded.now, null, version), above: state };
  }

  /** Below a deleted parent nothing can be reached, so nothing is refused for a reason of its own there. */
  async #requireParent<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    state: State,
    { accountSid }: EventContext,
  ): Promise<void> {
    const parent = stream.parent?.(state) ?? null;
    if (parent === null) return;
    const { stream: row } = await this.#load({ accountSid, idempotency: null }, parent);
    if (row?.status !== 'live') throw refusal(stream, { kind: 'parent', holder: parent });
  }

  /** A refusal may come of this very command's first try, so the command row is read again before it is told. */
  async #decide<Event>(context: EventContext, decide: () => Event[]): Promise<Event[]> {
    try {
      return decide();
    } catch (error) {
      if (!(error instanceof DomainError) || context.idempotency === null) throw error;
      const { command } = await this.#load(context, null);
      if (command === null) throw error;
      return []; // append will say `duplicate`
    }
  }

  async #expire<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
    current: Current<State>,
  ): Promise<boolean> {
    const events = stream.expire?.(current.state, current.now) ?? [];
    const deadline = stream.deadline?.(current.state) ?? current.now;
    const own: EventContext = { ...context, actor: 'system:expiry', idempotency: null };
    const commandId = expiryCommandId(id, deadline);
    const { outcome } = await this.#append(stream, id, own, current, events, {}, commandId);
    if (outcome.kind === 'parent') throw refusal(stream, outcome);
    return outcome.kind === 'ok';
  }

  async #append<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
    current: Current<State>,
    events: readonly Event[],
    options: ChangeOptions,
    commandId = context.idempotency?.commandId ?? newUuid(),
  ): Promise<Appended> {
    const { command, rows } = prepare(
      stream,
      id,
      context,
      commandId,
      current,
      events,
      options,
      this.#reading,
    );
    const batcher = this.#batchers[partitionOf(context.accountSid, this.partitions)];
    if (batcher === undefined) throw new Error('there is no such partition');
    const outcome = await batcher.submit(command);
    if ('now' in outcome) this.#recent.tell(outcome.now);
    if (outcome.kind === 'duplicate') return { outcome, changed: firstOutcome(outcome, context) };
    const changed = { sid: id, version: current.version + events.length, isDuplicate: false, rows };
    if (outcome.kind === 'ok') return { outcome, changed };
    if (outcome.kind !== 'conflict') return { outcome, changed: null };
    // Newer events of this very command: it was committed, by a try of ours whose answer was lost, or by another process.
    if (outcome.newer.some((event) => event.command_id === commandId)) {
      const isOurs = outcome.newer.some((event) => event.event_id === command.events[0]?.eventId);
      const { now } = outcome;
      return { outcome: isOurs ? { kind: 'ok', version: changed.version, now } : outcome, changed };
    }
    this.options.onConflict?.();
    return { outcome, changed: null };
  }

  /** Folds in what a conflict handed back, which saves the reload; null when that was not all. */
  #caughtUp<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    streamId: string,
    current: Current<State>,
    conflict: Extract<Outcome, { kind: 'conflict' }>,
  ): Current<State> | null {
    if (current.version + conflict.newer.length !== conflict.version) return null;
    // What came meanwhile may have brought keys, and only a load brings those along.
    if (stream.personal !== undefined) return null;
    const { projectors, upcasters } = this.#reading;
    return conflict.newer.reduce((before: Current<State>, row): Current<State> => {
      const recorded = recordedEvent(row, upcasters);
      const { event, occurredAt, version } = recorded;
      return {
        version,
        state: evolved(stream, before.state, recorded),
        rows: projectInline(projectors[stream.category] ?? [], streamId, before, occurredAt, [event]),
        now: conflict.now,
        goodUntil: null,
        parentVersion: null,
        keys: before.keys,
      };
    }, current);
  }
}

/** A stream before its first event. */
function blank<State extends Aggregate, Event extends DomainEvent>(
  { initial: state }: Stream<State, Event>,
  now: string,
  goodUntil: string | null,
  parentVersion: number | null,
): Current<State> {
  return { version: 0, state, rows: noRows, now, goodUntil, parentVersion, keys: noKeys };
}

const noRows = {};

function isOverdue<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  { state, now }: Current<State>,
): boolean {
  return (stream.expire?.(state, now) ?? []).length > 0;
}

/** Whose keys a change needs: none for a stream without personal fields. */
function subjectsOf<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  id: string,
  { subjects = [] }: ChangeOptions,
): readonly string[] | null {
  return stream.personal === undefined ? null : [id, ...subjects];
}
