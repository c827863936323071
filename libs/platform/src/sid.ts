import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** What a SID names, by its first two letters: account, API key, service, session, request, … */
export type SidPrefix = 'AC' | 'SK' | 'KS' | 'KC' | 'KP' | 'KI' | 'PN' | 'SC' | 'RQ';

/** The generator's own source asks the system for 32 bytes at a time, which takes longer than all the rest. */
class RandomWords {
  readonly #words = new Uint32Array(1024);
  #used = this.#words.length;

  nextUint32(): number {
    if (this.#used === this.#words.length) {
      randomFillSync(this.#words);
      this.#used = 0;
    }
    // Below its length, as just seen to.
    return this.#words[this.#used++] as number;
  }
}

const generator = new V7Generator(new RandomWords());

/** A uuid v7: unique, and sorted by the time of creation. */
export function newUuid(): string {
  return generator.generate().toString();
}

/** Prefix and the 32 hexadecimal digits of a uuid v7: unique, and sorted by the time of creation. */
export function newSid(prefix: SidPrefix): string {
  return prefix + generator.generate().toHex();
}

/** Whether the text is a SID of this kind, in any case: Twilio accepts `ks0A…` for `KS0a…`. */
export function isSid(prefix: SidPrefix, text: string): boolean {
  return (
    text.length === 34 && text.slice(0, 2).toUpperCase() === prefix && /^[0-9a-f]{32}$/i.test(text.slice(2))
  );
}

/** The one spelling under which a SID is stored and hashed: capital prefix, small digits. */
export function canonicalSid(sid: string): string {
  return sid.slice(0, 2).toUpperCase() + sid.slice(2).toLowerCase();
}
