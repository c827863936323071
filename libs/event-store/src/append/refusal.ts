import type { DomainEvent, Stream } from '#domain';
import type { Aggregate } from '../load/current.js';
import type { Outcome } from './append.js';

/** How the model says that append refused. What cannot happen to a sound command is an error of ours. */
export function refusal<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  id: string,
  outcome: Outcome,
  /** The stream above. */
  parent: string | null,
): Error {
  const unexpected = new Error(`append answered ${outcome.kind} to a ${stream.category}`);
  switch (outcome.kind) {
    case 'parent':
    case 'moved':
      // Another one that was needed has moved on, be it to its end.
      return (
        stream.refusal?.(outcome.holder === parent ? outcome.kind : 'moved', null, {
          id,
          holder: outcome.holder,
        }) ?? unexpected
      );
    case 'taken':
    case 'in_use': {
      const [holder = ''] = outcome.holders;
      return stream.refusal?.(outcome.kind, outcome.claim, { id, holder }) ?? unexpected;
    }
    case 'limit':
      return stream.refusal?.(outcome.kind, outcome.claim, { id, holder: '' }) ?? unexpected;
    case 'ok':
    case 'duplicate':
    case 'conflict':
    case 'late':
      return unexpected;
  }
}
