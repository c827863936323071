import type { Claim, ClaimRange, NumberUse } from '#domain';

/** A decision in the form in which it is appended: one stream, and what must hold for it elsewhere. */
export interface PreparedCommand extends Envelope {
  readonly streamId: string;
  readonly accountSid: string;
  readonly category: string;
  /** The version that the decision was made on; 0 for a stream that must not exist. */
  readonly expectedVersion: number;
  /** Set: a row remembers the command id for 24 h. */
  readonly remember: { readonly fingerprint: string } | null;
  readonly events: readonly EncodedEvent[];
  readonly status: 'live' | 'deleted';
  /** JSON, or null once the stream is deleted. */
  readonly state: string | null;
  readonly stateSchema: number;
  /** The first deadline that the decision relied on or made: from then on it is refused as late. */
  readonly validUntil: string | null;
  readonly needs: readonly Need[];
  readonly claims: readonly Claim[];
  readonly releases: readonly Claim[];
  readonly empties: readonly ClaimRange[];
  readonly counts: readonly (ClaimRange & { readonly max: number })[];
  readonly secrets: readonly SecretChange[];
  readonly keys: readonly EventKeyChange[];
  readonly rows: readonly RowChange[];
  readonly uses: readonly UseChange[];
}

/** What all events of a command say of where they come from. */
export interface Envelope {
  /** A conflict whose newer events carry it is this command, committed before. */
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly actor: string;
  readonly requestId: string | null;
  readonly traceParent: string | null;
  readonly occurredAt: string;
}

/** A stream that must be live. With a version, the decision was made on that one without asking whether there is a newer. */
export interface Need {
  readonly stream: string;
  readonly version: number | null;
}

export type SecretSlot = 'auth-token' | 'secondary-token' | 'key-hash' | 'read-only-key-hash';

/**
 * A secret to set, to move from another slot of the same SID, or with `value: null` to remove. Never in an event.
 * It is moved where it lies, so that what a decision speaks of is what moves, also when it was replaced meanwhile.
 */
export type SecretChange = {
  readonly sid: string;
  readonly slot: SecretSlot;
} & ({ readonly value: Buffer | null } | { readonly from: SecretSlot });

/** A key of encrypted fields to keep, or with `wrapped: null` to destroy; `subject: null` is every key of the stream. */
export interface EventKeyChange {
  readonly subject: string | null;
  readonly wrapped: Buffer | null;
}

/** A read-model row to write, as JSON, or with `row: null` to delete; or all rows below a stream, to delete. */
export type RowChange =
  | { readonly table: string; readonly sid: string; readonly row: string | null }
  | { readonly table: string; readonly below: string };

/** A number that the stream begins to use, or with -1 uses no longer. */
export interface UseChange extends NumberUse {
  readonly change: 1 | -1;
}

export interface EncodedEvent {
  readonly eventId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  /** Canonical JSON. */
  readonly data: string;
  /** Hex. */
  readonly contentHash: string;
}
