import { isRetryable } from '../is-retryable.js';
import { overloaded } from '../overloaded.js';
import { Patience, Waiter } from '../patience.js';
import type { Queryable } from '../queryable.js';
import { append, type Outcome } from './append.js';
import { appendOne } from './append-one.js';
import { Footprint, marksOf, type Marks } from './footprint.js';
import type { PreparedCommand } from './prepared-command.js';

export interface BatcherOptions {
  /** Commands in one flush at most. */
  readonly maxBatch: number;
  /** Flushes under way at most: while one commits, the next is already at the server. */
  readonly maxInFlight: number;
  /** Commands waiting at most; beyond, `submit` refuses. */
  readonly maxWaiting: number;
  /** Milliseconds after which the caller is told that the store is overloaded, whatever becomes of the command. */
  readonly patience: number;
  readonly onFlush?: (flush: Flush) => void;
}

/** What is measured of a flush. */
export interface Flush {
  readonly partition: number;
  readonly commands: number;
  readonly events: number;
  readonly seconds: number;
  readonly outcomes: readonly Outcome[];
}

class Entry extends Waiter {
  readonly marks: Marks;

  constructor(
    readonly command: PreparedCommand,
    readonly resolve: (outcome: Outcome) => void,
    readonly reject: (error: unknown) => void,
  ) {
    super();
    this.marks = marksOf(command);
  }
}

interface Batch {
  readonly entries: readonly Entry[];
  readonly footprint: Footprint;
}

const longestPause = 1000;
/** So many commands are not divided: a commit costs as much as ten of them. */
const worthAFlush = 16;

/**
 * Group commit: commands that arrive while a flush is under way go together in the next one. There is no timer; an idle
 * batcher flushes at once. Each command has its own outcome, told only after the commit.
 */
export class Batcher {
  readonly #waiting: Entry[] = [];
  /** A footprint for each flush under way. */
  readonly #inFlight: Footprint[] = [];
  #isScheduled = false;
  readonly #patience: Patience<Entry>;
  #drained: (() => void)[] = [];

  constructor(
    private readonly db: Queryable,
    private readonly partition: number,
    private readonly options: BatcherOptions,
  ) {
    this.#patience = new Patience(options.patience, (entry) => {
      entry.reject(overloaded('the event store did not answer in time'));
      this.#forgetTheLost();
    });
  }

  /** Resolves after the commit, or rejects: with `overloaded` when the store cannot take it, or with the database's refusal. */
  submit(command: PreparedCommand): Promise<Outcome> {
    if (this.#waiting.length >= this.options.maxWaiting) {
      return Promise.reject(overloaded('too many commands are waiting'));
    }
    return new Promise((resolve, reject) => {
      const entry = new Entry(command, resolve, reject);
      this.#waiting.push(entry);
      this.#patience.start(entry);
      this.#schedule();
    });
  }

  /** Resolves when nothing waits and nothing is in flight. */
  async drain(): Promise<void> {
    if (this.#waiting.length + this.#inFlight.length === 0) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** After the events of this turn of the loop, so that what arrives together is flushed together. */
  #schedule(): void {
    if (this.#isScheduled || this.#inFlight.length >= this.options.maxInFlight) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      while (this.#inFlight.length < this.options.maxInFlight) {
        const batch = this.#take(this.#fairShare());
        if (batch.entries.length === 0) break;
        void this.#flush(batch);
      }
    });
  }

  /** What waits is divided among the flushes that may start now: PostgreSQL works on one while we make up the next. */
  #fairShare(): number {
    const share = Math.ceil(this.#waiting.length / (this.options.maxInFlight - this.#inFlight.length));
    return Math.min(Math.max(share, worthAFlush), this.options.maxBatch);
  }

  /** Takes what is independent of each other and of all in flight; the rest waits for the next flush. */
  #take(most: number): Batch {
    const footprint = new Footprint();
    const entries: Entry[] = [];
    const left: Entry[] = [];
    let looked = 0;
    for (const entry of this.#waiting) {
      if (entries.length >= most || left.length >= this.options.maxBatch) break;
      looked++;
      if (!this.#patience.waits(entry)) continue;
      const { marks } = entry;
      if (footprint.meets(marks) || this.#inFlight.some((other) => other.meets(marks))) left.push(entry);
      else {
        footprint.add(marks);
        entries.push(entry);
      }
    }
    this.#waiting.splice(0, looked, ...left);
    return { entries, footprint };
  }

  async #flush({ entries, footprint }: Batch): Promise<void> {
    this.#inFlight.push(footprint);
    await this.#send(entries);
    this.#inFlight.splice(this.#inFlight.indexOf(footprint), 1);
    this.#schedule();
    this.#rest();
  }

  /** Sends until every command of the batch has an outcome or nobody waits for one any more. Never rejects. */
  async #send(batch: readonly Entry[]): Promise<void> {
    for (let pause = 10; ; pause = Math.min(pause * 2, longestPause)) {
      const awaited = batch.filter((entry) => this.#patience.waits(entry));
      if (awaited.length === 0) return;
      try {
        await this.#append(awaited);
        return;
      } catch (error) {
        if (!isRetryable(error)) {
          await this.#isolate(awaited, error);
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  }

  async #append(batch: readonly Entry[]): Promise<void> {
    const started = performance.now();
    const commands = batch.map((entry) => entry.command);
    const { db, partition } = this;
    const outcomes = (await appendOne(db, partition, commands)) ?? (await append(db, partition, commands));
    const seconds = (performance.now() - started) / 1000;
    const events = commands.reduce((sum, command) => sum + command.events.length, 0);
    this.options.onFlush?.({
      partition: this.partition,
      commands: commands.length,
      events,
      seconds,
      outcomes,
    });
    outcomes.forEach((outcome, i) => {
      const entry = batch[i];
      if (entry !== undefined && this.#patience.end(entry)) entry.resolve(outcome);
    });
  }

  /** A batch that the database refuses is halved until the command it refuses stands alone. */
  async #isolate(batch: readonly Entry[], error: unknown): Promise<void> {
    if (batch.length > 1) {
      const middle = batch.length >> 1;
      await this.#send(batch.slice(0, middle));
      await this.#send(batch.slice(middle));
      return;
    }
    for (const entry of batch) if (this.#patience.end(entry)) entry.reject(error);
  }

  /** Those in flight stay until their flush has ended: it may still take effect. */
  #forgetTheLost(): void {
    for (let [oldest] = this.#waiting; oldest && !this.#patience.waits(oldest); [oldest] = this.#waiting) {
      this.#waiting.shift();
    }
    this.#rest();
  }

  #rest(): void {
    if (this.#waiting.length + this.#inFlight.length > 0) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
