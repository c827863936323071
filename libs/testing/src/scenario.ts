import { expect } from '@jest/globals';
import { DomainError, type DomainErrorCode, type DomainEvent, type Stream } from '#domain';

/** When events happen of which the test does not say when. */
export const DEFAULT_TIME = '2026-01-01T00:00:00.000Z';

/**
 * Given/when/then for one kind of stream: `given(...events).when((state) => decide(state, …)).then(...events)`.
 * Where time matters: `given(created).at('2026-01-01T01:00:00.000Z', closed).when(…)`.
 */
export function scenario<State extends { readonly status: string }, Event extends DomainEvent>(
  stream: Stream<State, Event>,
) {
  return {
    given: (...events: Event[]) => past(stream, stream.initial).at(DEFAULT_TIME, ...events),
  };
}

function past<State extends { readonly status: string }, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  state: State,
) {
  return {
    /** What happened next, at this time. */
    at(time: string, ...events: Event[]) {
      return past(
        stream,
        events.reduce((before, event) => stream.evolve(before, event, time), state),
      );
    },
    when: (decide: (state: State) => readonly Event[]) => outcome(() => decide(state)),
    /** What the events lead to. */
    thenState: (expected: State) => expect(state).toEqual(expected),
  };
}

function outcome<Event extends DomainEvent>(decide: () => readonly Event[]) {
  return {
    then: (...events: Event[]) => expect(decide()).toEqual(events),
    thenNothing: () => expect(decide()).toEqual([]),
    thenRefused(code: DomainErrorCode) {
      let refusal: unknown;
      try {
        decide();
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(DomainError);
      expect(refusal).toMatchObject({ code });
    },
  };
}
