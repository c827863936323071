import type { Personal } from '../shared/erased.js';

export type SessionMode = 'message-only' | 'voice-only' | 'voice-and-message';

/** Why a session was closed: by a caller, or by its own deadline. */
export type CloseReason = 'api' | ExpiryReason;
export type ExpiryReason = 'ttl-expired' | 'date-expiry';

export interface SessionCreated {
  readonly type: 'SessionCreated';
  readonly data: {
    readonly accountSid: string;
    readonly serviceSid: string;
    readonly uniqueName: string | null;
    readonly mode: SessionMode;
    /** Seconds from the creation, the last interaction or the re-opening; 0 is no limit. */
    readonly ttl: number;
    /** ISO 8601, UTC; wins over `ttl`. */
    readonly dateExpiry: string | null;
  };
}

/** The session is in progress: its first interaction came, or a caller said so. */
export interface SessionStarted {
  readonly type: 'SessionStarted';
  readonly data: Record<string, never>;
}

export interface SessionTtlChanged {
  readonly type: 'SessionTtlChanged';
  readonly data: { readonly ttl: number };
}

export interface SessionExpiryChanged {
  readonly type: 'SessionExpiryChanged';
  readonly data: { readonly dateExpiry: string | null };
}

export interface SessionClosed {
  readonly type: 'SessionClosed';
  readonly data: { readonly reason: 'api' };
}

/** The deadline passed. `at` is the deadline; the envelope says when it was noticed. */
export interface SessionExpired {
  readonly type: 'SessionExpired';
  readonly data: { readonly reason: ExpiryReason; readonly at: string };
}

/** A closed session lives again, with this expiry date or none: an old one would end it at once. */
export interface SessionReopened {
  readonly type: 'SessionReopened';
  readonly data: { readonly dateExpiry: string | null };
}

export interface SessionDeleted {
  readonly type: 'SessionDeleted';
  readonly data: Record<string, never>;
}

/** Somebody is in the session: whoever reaches them does so through a number of the pool. */
export interface ParticipantAdded {
  readonly type: 'ParticipantAdded';
  readonly data: {
    readonly accountSid: string;
    readonly serviceSid: string;
    readonly participantSid: string;
    /** The person's own number or channel address. */
    readonly identifier: Personal<string>;
    readonly friendlyName: Personal<string> | null;
    /** The number that this person dials or texts to reach the partner. */
    readonly proxyIdentifier: string;
    readonly proxyIdentifierSid: string;
  };
}

/** Out of the session for good; their identifier may not come back to it. */
export interface ParticipantRemoved {
  readonly type: 'ParticipantRemoved';
  readonly data: { readonly participantSid: string };
}

export type InteractionType = 'message' | 'voice';

/** What Twilio's API knows of a message or call, as far as a leg of ours can be in it. */
export const LEG_STATUSES = [
  'queued',
  'initiated',
  'sending',
  'ringing',
  'sent',
  'in-progress',
  'answered',
  'delivered',
  'undelivered',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
  // Given to the carrier by a process that ended before the answer; nobody can say what became of it.
  'unknown',
] as const;

export type LegStatus = (typeof LEG_STATUSES)[number];

/** What came in from a participant, or what the account itself sends to one (`inbound` null). It is on its way from here. */
export interface InteractionStarted {
  readonly type: 'InteractionStarted';
  readonly data: {
    readonly accountSid: string;
    readonly serviceSid: string;
    readonly interactionSid: string;
    readonly type: InteractionType;
    readonly inbound: {
      readonly participantSid: string;
      /** The carrier's own SID and URL of the message or call. */
      readonly resourceSid: string;
      readonly resourceUrl: string | null;
    } | null;
    /** To whom it goes. */
    readonly outboundParticipantSid: string;
    readonly body: Personal<string> | null;
    readonly mediaUrls: Personal<readonly string[]> | null;
  };
}

/** The carrier is about to be asked to carry it on. Without a status afterwards, nobody knows whether it was. */
export interface ForwardAttempted {
  readonly type: 'ForwardAttempted';
  readonly data: { readonly interactionSid: string; readonly attempt: number };
}

export interface InteractionLegStatusChanged {
  readonly type: 'InteractionLegStatusChanged';
  readonly data: {
    readonly interactionSid: string;
    readonly leg: 'inbound' | 'outbound';
    readonly status: LegStatus;
    /** The carrier's own SID and URL of the leg, once they are known. */
    readonly resourceSid: string | null;
    readonly resourceUrl: string | null;
  };
}

/** The account's intercept callback said no: nothing is forwarded. */
export interface InteractionBlocked {
  readonly type: 'InteractionBlocked';
  readonly data: { readonly interactionSid: string };
}

/** The call is over. */
export interface InteractionCompleted {
  readonly type: 'InteractionCompleted';
  readonly data: {
    readonly interactionSid: string;
    /** Seconds of talk, when the carrier says so. */
    readonly duration: Personal<number> | null;
  };
}

/** Its content is erased; the carrier's own record stays there. */
export interface InteractionDeleted {
  readonly type: 'InteractionDeleted';
  readonly data: { readonly interactionSid: string };
}

/** Somebody was shown whole identifiers of the session where they come masked; who stands in the envelope. */
export interface IdentifiersRevealed {
  readonly type: 'IdentifiersRevealed';
  readonly data: { readonly reason: Personal<string> };
}

/** Nothing of the session is deleted until the hold is released; who said so stands in the envelope. */
export interface SessionHoldPlaced {
  readonly type: 'SessionHoldPlaced';
  readonly data: { readonly reason: Personal<string> };
}

export interface SessionHoldReleased {
  readonly type: 'SessionHoldReleased';
  readonly data: { readonly reason: Personal<string> };
}

export type SessionEvent =
  | SessionCreated
  | SessionStarted
  | SessionTtlChanged
  | SessionExpiryChanged
  | SessionClosed
  | SessionExpired
  | SessionReopened
  | SessionDeleted
  | ParticipantAdded
  | ParticipantRemoved
  | InteractionStarted
  | ForwardAttempted
  | InteractionLegStatusChanged
  | InteractionBlocked
  | InteractionCompleted
  | InteractionDeleted
  | IdentifiersRevealed
  | SessionHoldPlaced
  | SessionHoldReleased;
