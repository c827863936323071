import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { open, seal } from '#platform';
import type { EventKeyChange } from './prepared-command.js';

/** The keys of a stream's subjects as they lie in the database, wrapped by the master key. */
export type WrappedKeys = ReadonlyMap<string, Buffer>;

export const noKeys: WrappedKeys = new Map();

/** The keys that the personal fields of one command are sealed with. */
export class SubjectKeys {
  readonly #keys = new Map<string, KeyObject>();
  readonly #added = new Map<string, Buffer>();

  constructor(
    private readonly masterKey: KeyObject,
    private readonly streamId: string,
    private readonly wrapped: WrappedKeys,
  ) {}

  /** The key of a subject, made with its first field. */
  of(subject: string): KeyObject {
    const known = this.#keys.get(subject);
    if (known !== undefined) return known;
    const wrapped = this.wrapped.get(subject);
    const key =
      wrapped === undefined
        ? this.#make(subject)
        : unwrapKey(this.masterKey, this.streamId, subject, wrapped);
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
