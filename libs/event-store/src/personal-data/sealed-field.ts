import type { KeyObject } from 'node:crypto';
import { open, seal } from '#platform';
import { canonicalJson } from '../canonical-json.js';

/** A personal field as it lies in the log: AES-256-GCM under its subject's key. Content hashes cover this, not what is in it. */
export interface SealedField {
  /** In base64url. */
  readonly sealed: string;
  /** Whose key opens it. */
  readonly subject: string;
}

/** Where a field belongs: a ciphertext that was moved to another place does not open. Not the version, for upcasters move fields. */
export interface FieldPlace {
  readonly accountSid: string;
  readonly streamId: string;
  readonly type: string;
  readonly field: string;
}

export function sealField(key: KeyObject, subject: string, value: unknown, place: FieldPlace): SealedField {
  return { sealed: seal(key, canonicalJson(value), nameOf(place)).toString('base64url'), subject };
}

/** The value that was sealed; throws when key, place or a bit of it is another. */
export function openField(key: KeyObject, { sealed }: SealedField, place: FieldPlace): unknown {
  return JSON.parse(open(key, Buffer.from(sealed, 'base64url'), nameOf(place)));
}

export function isSealed(value: unknown): value is SealedField {
  return typeof value === 'object' && value !== null && 'sealed' in value && 'subject' in value;
}

function nameOf({ accountSid, streamId, type, field }: FieldPlace): string {
  return `${accountSid}|${streamId}|${type}|${field}`;
}
