import { aggregates, type DomainEvent, type Stream } from '#domain';
import type { Aggregate, Current } from '../load/current.js';
import type { Outcome } from './append.js';

/** True when the deadline of the stream has passed and nobody has said so yet. */
export function isOverdue<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  { state, now }: Pick<Current<State>, 'state' | 'now'>,
): boolean {
  return (stream.expire?.(state, now) ?? []).length > 0;
}

/** Streams that stand in the way of a command and may do so only because nobody has ended them yet, by their kind. */
export function mayBeOverdue(outcome: Outcome): { readonly stream: AnyStream; readonly id: string }[] {
  if (outcome.kind !== 'taken' && outcome.kind !== 'in_use') return [];
  return outcome.holders.flatMap((id) => {
    const stream = ending.find(({ prefix }) => id.startsWith(prefix));
    return stream === undefined ? [] : [{ stream, id }];
  });
}

type AnyStream = Stream<Aggregate, DomainEvent>;

/** A stream is only ever given states and events of its own kind. */
const ending = aggregates
  .map((stream) => stream as unknown as AnyStream)
  .filter((stream) => stream.expire !== undefined);
