import { forgetOldCommands, type Queryable } from '#event-store';
import { Loop } from './loop.js';

const every = 60_000;
const batchSize = 1_000;

/** Removes what has outlived its use. Any number of workers may do so; they take what the others left. */
export class Housekeeping {
  readonly #loop = new Loop(Housekeeping.name, every, (signal) => this.#turn(signal));

  constructor(private readonly db: Queryable) {}

  start(): Promise<void> {
    this.#loop.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    // Small steps, so that nobody waits for a long transaction.
    while (!signal.aborted && (await forgetOldCommands(this.db, batchSize)) >= batchSize);
  }
}
