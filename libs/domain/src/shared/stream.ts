import type { DomainError } from './domain-error.js';
import type { DomainEvent } from './domain-event.js';
import type { PersonalData } from './personal-data.js';

/** A name that at most one live stream of an account may hold, e.g. a session's unique name. */
export interface Claim {
  readonly kind: string;
  readonly key: string;
}

/** Every claim of a kind whose key is in [lo, hi), compared byte by byte. */
export interface ClaimRange {
  readonly kind: string;
  readonly lo: string;
  readonly hi: string;
}

/** A number of a service's pool, by which a stream reaches people. */
export interface NumberUse {
  readonly serviceSid: string;
  /** E.164, or the digits of a short code. */
  readonly number: string;
}

/** Why the store refuses a decision that the decider made: what the command needs of other streams is not so. */
export type AppendRefusal = 'parent' | 'moved' | 'taken' | 'in_use' | 'limit';

/**
 * What the event store must know of an aggregate to keep its stream. Everything here is pure.
 * Times are ISO 8601 strings in UTC with milliseconds, so that they compare as strings.
 */
export interface Stream<State extends { readonly status: string }, Event extends DomainEvent> {
  readonly category: string;
  /** The two letters that the ids of its streams start with. */
  readonly prefix: string;
  /** The version of the shape of `State`; raise it when the shape changes, and stored states are folded anew. */
  readonly stateSchema: number;
  readonly initial: State;
  /** What is left after the `…Deleted` event: the stream row keeps no state then. Null for streams that never end. */
  readonly deleted: State | null;
  /** Never throws, never validates. `occurredAt` is the time in the event's envelope. */
  evolve(state: State, event: Event, occurredAt: string): State;
  /** The names that the stream holds in this state; the store takes and releases the difference. */
  claims?(state: State, id: string): readonly Claim[];
  /** The pool numbers that the stream uses in this state, each once: how many streams use a number is counted. */
  uses?(state: State): readonly NumberUse[];
  /**
   * How the model says that the store refused a change of the stream `id`; `claim` is the kind of the claim that stood in the
   * way, and `holder` the stream that has it, or what else was not as it must be.
   */
  refusal?(
    why: AppendRefusal,
    claim: string | null,
    between: { readonly id: string; readonly holder: string },
  ): DomainError | null;
  /** The stream that must be live for anything to be appended here. */
  parent?(state: State): string | null;
  /** When the state ends by itself, or null. No decision that came before is accepted from then on. */
  deadline?(state: State): string | null;
  /** The events that end an overdue state; empty when nothing is overdue at `now`. */
  expire?(state: State, now: string): Event[];
  /** Which fields of which events tell about people; the others are kept in the clear. */
  readonly personal?: PersonalData<Event>;
}
