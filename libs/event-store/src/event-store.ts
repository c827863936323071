import type { KeyObject } from 'node:crypto';
import { DomainError, type DomainEvent, type Stream } from '#domain';
import type { Outcome } from './append/append.js';
import { Appending } from './append/appending.js';
import type { BatcherOptions } from './append/batcher.js';
import { firstOutcome, type Changed } from './append/changed.js';
import { expiryCommandId } from './append/expiry-command-id.js';
import { OneAtATime } from './append/one-at-a-time.js';
import { isOverdue, mayBeOverdue } from './append/overdue.js';
import type { ChangeOptions } from './append/prepare.js';
import { refusal } from './append/refusal.js';
import type { EventContext } from './event-context.js';
import { loadBasis, recallBasis, type StreamRef } from './load/creation-basis.js';
import type { Aggregate, Current, RowsBySid } from './load/current.js';
import type { LoadMore } from './load/load.js';
import { Loading } from './load/loading.js';
import { Recent } from './load/recent.js';
import { overloaded } from './overloaded.js';
import type { InlineProjector } from './projection/projector.js';
import type { Queryable } from './queryable.js';
import type { Upcasters } from './upcasters.js';

export interface EventStoreOptions {
  /** What takes the flushes of a partition, and nothing else: what a handler holds must never keep one waiting. */
  readonly appends: (partition: number) => Queryable;
  readonly loads: Queryable;
  readonly partitions: number;
  /** By category: the projectors whose rows are written in the transaction of the events. */
  readonly projectors: Readonly<Record<string, readonly InlineProjector[]>>;
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

/** What a change is given beside the state. */
export interface GivenChange extends Given {
  /** A row below the stream, as its projector made it; null when it is not there. It must be named in the options. */
  readonly child: (sid: string) => object | null;
}

export interface ChangeWith<State> extends ChangeOptions {
  /** What was loaded for it already, with the subjects and rows that are named here, so that it need not be loaded again. */
  readonly seen?: Current<State>;
}

/** Each attempt means that another writer got in between, so somebody always gets on. */
const maxAttempts = 32;

/** Appends decisions to the log: loads, decides, appends, and decides again when the world has moved in between. */
export class EventStore {
  readonly #recent = new Recent();
  readonly #turns: OneAtATime;
  readonly #loading: Loading;
  readonly #appending: Appending;

  constructor(private readonly options: EventStoreOptions) {
    const { appends, loads, partitions, batching, projectors, upcasters, masterKey, onConflict } = options;
    const reading = { db: loads, projectors, upcasters, masterKey };
    this.#turns = new OneAtATime(batching);
    this.#loading = new Loading(reading, partitions, this.#recent, batching);
    this.#appending = new Appending(appends, reading, partitions, this.#recent, this.#turns, batching, () =>
      onConflict?.(),
    );
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
        const guess = attempt === 0 ? recallBasis(this.#recent, stream, context, parent) : null;
        const basis = guess ?? (await loadBasis(this.#loading, this.#recent, stream, context, parent));
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
        const { outcome, changed } = await this.#appending.append(
          stream,
          id,
          context,
          fresh,
          events,
          options,
        );
        if (changed !== null) return changed;
        if (outcome.kind === 'late') continue;
        if (outcome.kind === 'moved' && outcome.holder === parent?.id) continue;
        if (!(await this.#endOverdue(outcome, context)))
          throw refusal(stream, id, outcome, parent?.id ?? null);
      }
      throw overloaded('the command met too many others');
    });
  }

  /** Decides on a stream. What is overdue is ended first, as a command of its own, so no decision works on it. */
  change<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
    decide: (state: State, given: GivenChange) => Event[],
    options: ChangeWith<State> = {},
  ): Promise<Changed> {
    return this.#inTurn(id, context, async () => {
      let current: Current<State> | null = options.seen ?? null;
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        if (current === null) {
          const loaded = await this.#loading.load(context, id, stream.category, wantedBy(options));
          const known = firstOutcome(loaded.command, context);
          if (known !== null) return known;
          current = await this.#loading.current(stream, id, context, loaded);
        }
        const seen: Current<State> = current;
        if (options.isCascade !== true && isOverdue(stream, seen)) {
          await this.#expire(stream, id, context, seen);
          current = null;
          continue;
        }
        const given = { now: seen.now, child: (sid: string) => childOf(seen.children, sid) };
        const events = await this.#decide(context, () => decide(seen.state, given)).catch(
          async (error: unknown) => {
            if (options.isCascade !== true) await this.#requireParent(stream, id, seen.state, context);
            throw error;
          },
        );
        if (events.length === 0 && context.idempotency === null) {
          if (options.isCascade !== true) await this.#requireParent(stream, id, seen.state, context);
          const { version, rows, children } = seen;
          return { sid: id, version, isDuplicate: false, rows, children };
        }
        const { outcome, changed } = await this.#appending.append(stream, id, context, seen, events, options);
        if (changed !== null) return changed;
        current = outcome.kind === 'conflict' ? this.#appending.caughtUp(stream, id, seen, outcome) : null;
        if (outcome.kind === 'conflict' || outcome.kind === 'late') continue;
        if (!(await this.#endOverdue(outcome, context)))
          throw refusal(stream, id, outcome, parentOf(stream, seen, events));
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
    const current = await this.load(stream, id, context.accountSid);
    return isOverdue(stream, current) && this.#expire(stream, id, context, current);
  }

  /** What became of a command that is remembered; null for one that is not, or is not to be. */
  async outcomeOf(context: EventContext): Promise<Changed | null> {
    if (context.idempotency === null) return null;
    const { command } = await this.#loading.load(context, null);
    return firstOutcome(command, context);
  }

  /** A stream as the database has it now. A change that is given it (`seen`) starts from there. */
  async load<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    accountSid: string,
    options: Pick<ChangeOptions, 'subjects' | 'children'> = {},
  ): Promise<Current<State>> {
    const asker = { accountSid, idempotency: null };
    const loaded = await this.#loading.load(asker, id, stream.category, wantedBy(options));
    return this.#loading.current(stream, id, asker, loaded);
  }

  /** Resolves when every command taken so far has its outcome. */
  drain(): Promise<void> {
    return this.#appending.drain();
  }

  /** Commands on one stream, and commands with the same id, wait for each other. */
  #inTurn(id: string | null, { idempotency }: EventContext, work: () => Promise<Changed>): Promise<Changed> {
    const onStream = () => (id === null ? work() : this.#turns.run(`stream ${id}`, work));
    return idempotency === null ? onStream() : this.#turns.run(`command ${idempotency.commandId}`, onStream);
  }

  /** Below a deleted parent nothing can be reached, so nothing is refused or left as it is for a reason of its own. */
  async #requireParent<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    state: State,
    { accountSid }: EventContext,
  ): Promise<void> {
    const parent = stream.parent?.(state) ?? null;
    if (parent === null) return;
    const { stream: row } = await this.#loading.load({ accountSid, idempotency: null }, parent);
    if (row?.status !== 'live') throw refusal(stream, id, { kind: 'parent', holder: parent }, parent);
  }

  /** A refusal may come of this very command's first try, so the command row is read again before it is told. */
  async #decide<Event>(context: EventContext, decide: () => Event[]): Promise<Event[]> {
    try {
      return decide();
    } catch (error) {
      if (!(error instanceof DomainError) || context.idempotency === null) throw error;
      const { command } = await this.#loading.load(context, null);
      if (command === null) throw error;
      return []; // append will say `duplicate`
    }
  }

  /**
   * Ends those who stand in the way of a command though their time is over: true when there was one, so that the command may
   * be tried again. Nobody is refused because of somebody who is no longer there for any reader.
   */
  async #endOverdue(outcome: Outcome, context: EventContext): Promise<boolean> {
    const ended = mayBeOverdue(outcome).map(async ({ stream, id }) => {
      const current = await this.load(stream, id, context.accountSid);
      if (!isOverdue(stream, current)) return false;
      // Somebody else may have done it meanwhile, or made it live on: the next try tells.
      await this.#expire(stream, id, context, current);
      return true;
    });
    return (await Promise.all(ended)).includes(true);
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
    const { outcome } = await this.#appending.append(stream, id, own, current, events, {}, commandId);
    if (outcome.kind === 'parent') throw refusal(stream, id, outcome, outcome.holder);
    return outcome.kind === 'ok';
  }
}

/** The stream above; of one that only begins with these events, the one that it comes to. */
function parentOf<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  { state, now }: Current<State>,
  events: readonly Event[],
): string | null {
  const after = events.reduce((before, event) => stream.evolve(before, event, now), state);
  return stream.parent?.(state) ?? stream.parent?.(after) ?? null;
}

function wantedBy({ subjects = [], children = [] }: ChangeOptions): LoadMore {
  return { subjects, children };
}

function childOf(children: RowsBySid, sid: string): object | null {
  const row = children.get(sid);
  if (row === undefined)
    throw new Error('a row below the stream was not loaded: it must be named in the options');
  return row;
}
