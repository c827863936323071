import { DomainError } from '../shared/domain-error.js';
import type { ParticipantAdded, SessionEvent, SessionMode } from './session.events.js';
import { requireActive, requireExisting, requireUnheld } from './session.decider.js';
import type { Session } from './session.state.js';

/** Two people talk; a third cannot be told apart by numbers. */
export const MAX_PARTICIPANTS = 2;
/** Nobody may come back who was removed, so each one is remembered as long as the session is there: not without a bound. */
export const MAX_REMOVED = 100;

export interface NewParticipant {
  readonly participantSid: string;
  readonly identifier: string;
  readonly friendlyName: string | null;
  readonly proxyIdentifier: string;
  readonly proxyIdentifierSid: string;
}

export function addParticipant(
  session: Session,
  newcomer: NewParticipant,
  place: { readonly accountSid: string; readonly serviceSid: string },
): ParticipantAdded[] {
  const { mode, participants, removed } = requireActive(session);
  requireCompatible(newcomer.identifier, mode);
  if (participants.some(({ identifier }) => identifier === newcomer.identifier)) {
    throw new DomainError('participant-in-session', 'the participant is in the session already');
  }
  if (removed.includes(newcomer.identifier)) {
    throw new DomainError('participant-removed', 'the participant was removed from the session');
  }
  if (participants.length >= MAX_PARTICIPANTS || removed.length >= MAX_REMOVED) throw tooMany();
  return [participantAdded(newcomer, place)];
}

/** Those of a new session: all of them come, or none. */
export function firstParticipants(
  newcomers: readonly NewParticipant[],
  mode: SessionMode,
  place: { readonly accountSid: string; readonly serviceSid: string },
): ParticipantAdded[] {
  requireFitting(
    newcomers.map(({ identifier }) => identifier),
    mode,
  );
  return newcomers.map((newcomer) => participantAdded(newcomer, place));
}

/** What can be refused before anybody has a number. */
export function requireFitting(identifiers: readonly string[], mode: SessionMode): void {
  if (identifiers.length > MAX_PARTICIPANTS) throw tooMany();
  if (new Set(identifiers).size < identifiers.length) {
    throw new DomainError('participant-in-session', 'the same participant is named twice');
  }
  for (const identifier of identifiers) requireCompatible(identifier, mode);
}

/** In a closed session too: whoever is out stays out when it is opened again. One on hold can be closed instead. */
export function removeParticipant(session: Session, participantSid: string): SessionEvent[] {
  const { participants } = requireExisting(session);
  if (!participants.some(({ sid }) => sid === participantSid)) {
    throw new DomainError('participant-not-found', 'there is no such participant');
  }
  requireUnheld(session);
  return [{ type: 'ParticipantRemoved', data: { participantSid } }];
}

/** A channel address such as `messenger:…` has no phone to call. */
export function requireCompatible(identifier: string, mode: SessionMode): void {
  if (identifier.startsWith('+') || mode === 'message-only') return;
  throw new DomainError('identifier-unsupported', 'the identifier is not compatible with the session mode');
}

function participantAdded(
  newcomer: NewParticipant,
  place: { readonly accountSid: string; readonly serviceSid: string },
): ParticipantAdded {
  const { participantSid, identifier, friendlyName, proxyIdentifier, proxyIdentifierSid } = newcomer;
  const { accountSid, serviceSid } = place;
  return {
    type: 'ParticipantAdded',
    data: {
      accountSid,
      serviceSid,
      participantSid,
      identifier,
      friendlyName,
      proxyIdentifier,
      proxyIdentifierSid,
    },
  };
}

function tooMany(): DomainError {
  return new DomainError('too-many-participants', 'A Session may have at most 2 participants');
}
