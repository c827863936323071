import { createSecretKey, type KeyObject } from 'node:crypto';
import { open, randomBytes, seal } from '#platform';
import type { EventKeyChange } from '../append/prepared-command.js';

/**
 * The keys of those of a stream's subjects that were asked for, as they lie in the database, wrapped by the master key; null
 * for a subject that has none.
 */
export type WrappedKeys = ReadonlyMap<string, Buffer | null>;

export const noKeys: WrappedKeys = new Map();

/** The keys that the personal fields of one command are sealed with. */
export class SubjectKeys {
  readonly #keys = new Map<string, KeyObject>();
  readonly #added = new Map<string, Buffer>();

  constructor(
    private readonly masterKey: KeyObject,
    private readonly streamId: string,
    private readonly wrapped: WrappedKeys,
    /** In a stream that begins, nobody can have a key before. */
    private readonly isNew: boolean,
  ) {}

  /** The key of a subject, made with its first field. Whoever was not asked for may have one: a second would lock the first out. */
  of(subject: string): KeyObject {
    const known = this.#keys.get(subject);
    if (known !== undefined) return known;
    const wrapped = this.wrapped.get(subject) ?? null;
    if (wrapped === null && !this.isNew && !this.wrapped.has(subject)) {
      throw new Error('the key of a subject was not loaded: it must be named in the options');
    }
    const key =
      wrapped === null ? this.#make(subject) : unwrapKey(this.masterKey, this.streamId, subject, wrapped);
    this.#keys.set(subject, key);
    return key;
  }

  /** What must be kept with the events, but for the keys of those whom the command erases. */
  added(erased: ReadonlySet<string>): EventKeyChange[] {
    return Array.from(this.#added, ([subject, wrapped]) => ({ subject, wrapped })).filter(
      ({ subject }) => !erased.has(subject),
    );
  }

  #make(subject: string): KeyObject {
    const bytes = randomBytes(32);
    this.#added.set(subject, seal(this.masterKey, bytes.toString('base64'), placeOf(this.streamId, subject)));
    return createSecretKey(bytes);
  }
}

export function unwrapKey(
  masterKey: KeyObject,
  streamId: string,
  subject: string,
  wrapped: Buffer,
): KeyObject {
  return createSecretKey(Buffer.from(open(masterKey, wrapped, placeOf(streamId, subject)), 'base64'));
}

function placeOf(streamId: string, subject: string): string {
  return `maskline.event_key/${streamId}/${subject}`;
}
