import { overloaded } from './overloaded.js';
import { isRetryable } from './pg-errors.js';

/**
 * Point reads that wait for a connection go together in one statement. A read never joins a statement that has been sent
 * already, so it always sees what was committed before it was asked.
 */
export class CoalescedRead<Key, Found> {
  readonly #waiting: { key: Key; resolve: (found: Found) => void; reject: (error: unknown) => void }[] = [];
  #inFlight = 0;
  #isScheduled = false;

  /** `read` answers in the order of its keys. */
  constructor(
    private readonly read: (keys: readonly Key[]) => Promise<readonly Found[]>,
    private readonly limits: {
      readonly maxBatch: number;
      readonly maxInFlight: number;
      readonly maxWaiting: number;
    },
  ) {}

  get(key: Key): Promise<Found> {
    if (this.#waiting.length >= this.limits.maxWaiting) {
      return Promise.reject(overloaded('too many reads are waiting'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#inFlight >= this.limits.maxInFlight) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      while (this.#inFlight < this.limits.maxInFlight && this.#waiting.length > 0) void this.#send();
    });
  }

  async #send(): Promise<void> {
    const batch = this.#waiting.splice(0, this.limits.maxBatch);
    this.#inFlight++;
    try {
      const found = await this.read(batch.map(({ key }) => key));
      if (found.length !== batch.length) throw new Error('a coalesced read must answer every key');
      found.forEach((value, i) => batch[i]?.resolve(value));
    } catch (error) {
      const refusal = isRetryable(error) ? overloaded('the database did not answer') : error;
      for (const { reject } of batch) reject(refusal);
    } finally {
      this.#inFlight--;
      this.#schedule();
    }
  }
}
