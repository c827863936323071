import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** What is named by SIDs of our own making: account, API key, service, session, … */
type NewSidPrefix = 'AC' | 'SK' | 'KS' | 'KC' | 'KP' | 'KI' | 'PN' | 'SC' | 'SM' | 'MM' | 'CA' | 'NO' | 'RQ';

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
/** Where bytes become digits: a Buffer made for each would take longer than all the rest. */
const scratch = Buffer.alloc(16);

/** The 32 hexadecimal digits of a uuid v7: unique, and sorted by the time of creation. */
function newDigits(): string {
  scratch.set(generator.generate().bytes);
  return scratch.toString('hex');
}

/** A uuid v7 in its usual spelling. */
export function newUuid(): string {
  const digits = newDigits();
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

/** Prefix and the digits of a uuid v7. */
export function newSid(prefix: NewSidPrefix): string {
  return prefix + newDigits();
}
