import {
  accountStream,
  serviceStream,
  sessionStream,
  type Account,
  type AccountEvent,
  type Claim,
  type Service,
  type ServiceEvent,
  type Session,
  type SessionEvent,
} from '#domain';
import type { RecordedEvent } from '#event-store';

/** A stream, whichever kind it is of. */
export type Known =
  | { readonly category: 'account'; readonly state: Account; readonly version: number }
  | { readonly category: 'service'; readonly state: Service; readonly version: number }
  | { readonly category: 'session'; readonly state: Session; readonly version: number };

/** The stream after one more of its events. */
export function after(known: Known | undefined, recorded: RecordedEvent): Known {
  const { streamId, version, occurredAt, event } = recorded;
  // The log of a stream holds only events of its own kind, which its id tells.
  if (streamId.startsWith('AC')) {
    const before = known?.category === 'account' ? known.state : accountStream.initial;
    return {
      category: 'account',
      version,
      state: accountStream.evolve(before, event as AccountEvent, occurredAt),
    };
  }
  if (streamId.startsWith('KS')) {
    const before = known?.category === 'service' ? known.state : serviceStream.initial;
    return {
      category: 'service',
      version,
      state: serviceStream.evolve(before, event as ServiceEvent, occurredAt),
    };
  }
  const before = known?.category === 'session' ? known.state : sessionStream.initial;
  return {
    category: 'session',
    version,
    state: sessionStream.evolve(before, event as SessionEvent, occurredAt),
  };
}

export function claimsOf(known: Known | undefined, id: string): readonly Claim[] {
  switch (known?.category) {
    case 'service':
      return serviceStream.claims?.(known.state, id) ?? [];
    case 'session':
      return sessionStream.claims?.(known.state, id) ?? [];
    case 'account':
      return accountStream.claims?.(known.state, id) ?? [];
    case undefined:
      return [];
  }
}

export function parentOf(known: Known): string | null {
  return known.category === 'session' ? (sessionStream.parent?.(known.state) ?? null) : null;
}

export function deadlineOf(known: Known | undefined): string | null {
  return known?.category === 'session' ? (sessionStream.deadline?.(known.state) ?? null) : null;
}

export function isDeleted(known: Known | undefined): boolean {
  return known?.state.status === 'deleted';
}

/** Every stream as the whole log leaves it. */
export function replayAll(log: readonly RecordedEvent[]): ReadonlyMap<string, Known> {
  const streams = new Map<string, Known>();
  for (const recorded of log) streams.set(recorded.streamId, after(streams.get(recorded.streamId), recorded));
  return streams;
}
