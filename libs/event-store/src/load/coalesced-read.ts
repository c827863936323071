import { isRetryable } from '../is-retryable.js';
import { overloaded } from '../overloaded.js';
import { Patience, Waiter } from '../patience.js';

export interface CoalescedReadLimits {
  readonly maxBatch: number;
  readonly maxInFlight: number;
  readonly maxWaiting: number;
  /** Milliseconds after which a reader is told that the store is overloaded. */
  readonly patience: number;
}

class Reader<Key, Found> extends Waiter {
  constructor(
    readonly key: Key,
    readonly resolve: (found: Found) => void,
    readonly reject: (error: unknown) => void,
  ) {
    super();
  }
}

/**
 * Point reads that wait for a connection go together in one statement. A read never joins a statement that has been sent
 * already, so it always sees what was committed before it was asked.
 */
export class CoalescedRead<Key, Found> {
  #waiting: Reader<Key, Found>[] = [];
  readonly #patience: Patience<Reader<Key, Found>>;
  #inFlight = 0;
  #isScheduled = false;

  /** `read` answers in the order of its keys. */
  constructor(
    private readonly read: (keys: readonly Key[]) => Promise<readonly Found[]>,
    private readonly limits: CoalescedReadLimits,
  ) {
    this.#patience = new Patience(limits.patience, ({ reject }) => {
      reject(overloaded('the database did not answer in time'));
    });
  }

  get(key: Key): Promise<Found> {
    if (this.#waiting.length >= this.limits.maxWaiting) this.#forgetTheLost();
    if (this.#waiting.length >= this.limits.maxWaiting) {
      return Promise.reject(overloaded('too many reads are waiting'));
    }
    return new Promise((resolve, reject) => {
      const reader = new Reader(key, resolve, reject);
      this.#waiting.push(reader);
      this.#patience.start(reader);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#inFlight >= this.limits.maxInFlight) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#forgetTheLost();
      while (this.#inFlight < this.limits.maxInFlight && this.#waiting.length > 0) void this.#send();
    });
  }

  async #send(): Promise<void> {
    const batch = this.#waiting.splice(0, this.limits.maxBatch);
    this.#inFlight++;
    await this.#answer(batch);
    this.#inFlight--;
    this.#schedule();
  }

  /** Never rejects. A batch that the database refuses is halved until the key it refuses stands alone. */
  async #answer(batch: readonly Reader<Key, Found>[]): Promise<void> {
    try {
      const found = await this.read(batch.map(({ key }) => key));
      if (found.length !== batch.length) throw new TypeError('a coalesced read must answer every key');
      batch.forEach((reader, i) => {
        // As many as readers: just compared.
        if (this.#patience.end(reader)) reader.resolve(found[i] as Found);
      });
    } catch (error) {
      if (batch.length > 1 && !isRetryable(error)) {
        const middle = batch.length >> 1;
        await this.#answer(batch.slice(0, middle));
        await this.#answer(batch.slice(middle));
        return;
      }
      const refusal = isRetryable(error) ? overloaded('the database did not answer') : error;
      for (const reader of batch) if (this.#patience.end(reader)) reader.reject(refusal);
    }
  }

  #forgetTheLost(): void {
    if (this.#waiting.every((reader) => this.#patience.waits(reader))) return;
    this.#waiting = this.#waiting.filter((reader) => this.#patience.waits(reader));
  }
}
