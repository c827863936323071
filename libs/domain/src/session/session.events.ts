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

export type SessionEvent =
  | SessionCreated
  | SessionStarted
  | SessionTtlChanged
  | SessionExpiryChanged
  | SessionClosed
  | SessionExpired
  | SessionReopened
  | SessionDeleted;
