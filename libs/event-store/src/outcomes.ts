import { DomainError, type DomainEvent, type Stream } from '#domain';
import type { Outcome } from './append.js';
import { noChildren, type Aggregate, type RowsBySid, type RowsByTable } from './current.js';
import type { EventContext } from './event-context.js';

/** What became of a command. */
export interface Changed {
  readonly sid: string;
  readonly version: number;
  /** True when the command id was known: this is the first outcome, nothing was written now. */
  readonly isDuplicate: boolean;
  /** The stream's read-model rows by table as this command left them, also if it left them as they were; empty for a duplicate. */
  readonly rows: RowsByTable;
  /** The same of the rows below it that the command wrote or asked for, by their SIDs: null for one that is not there. */
  readonly children: RowsBySid;
}

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

/** The first outcome of a command that is known already; null when it is not. */
export function firstOutcome(
  command: { readonly sid: string; readonly version: number; readonly fingerprint: string | null } | null,
  { idempotency }: EventContext,
): Changed | null {
  if (command === null || idempotency === null) return null;
  if (command.fingerprint !== idempotency.fingerprint) {
    throw new DomainError('idempotency-key-reused', 'the idempotency key was used with another request');
  }
  return { sid: command.sid, version: command.version, isDuplicate: true, rows: {}, children: noChildren };
}
