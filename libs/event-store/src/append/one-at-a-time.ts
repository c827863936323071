import { overloaded } from '../overloaded.js';
import { Patience, Waiter } from '../patience.js';

class Turn extends Waiter {
  constructor(
    readonly begin: () => void,
    readonly giveUp: (error: Error) => void,
  ) {
    super();
  }
}

/**
 * Work under the same key runs one after the other, in the order of arrival; other keys do not wait. It saves the conflicts
 * that commands of one process on one stream would have with each other; the version check of append is what keeps them right.
 * Whoever waits too long for a turn, or comes when too many wait, is told that the store is overloaded and loses the turn.
 */
export class OneAtATime {
  /** Those who wait, by key; a key is there while its work runs. */
  readonly #queues = new Map<string, Turn[]>();
  readonly #patience: Patience<Turn>;
  #waiting = 0;

  constructor(private readonly limits: { readonly maxWaiting: number; readonly patience: number }) {
    this.#patience = new Patience(limits.patience, (turn) => {
      this.#waiting--;
      turn.giveUp(overloaded('the commands before this one took too long'));
    });
  }

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key);
    if (queue === undefined) {
      this.#queues.set(key, []);
      return this.#work(key, work);
    }
    if (this.#waiting >= this.limits.maxWaiting) {
      return Promise.reject(overloaded('too many commands wait for each other'));
    }
    return new Promise<void>((begin, giveUp) => {
      const turn = new Turn(begin, giveUp);
      this.#waiting++;
      queue.push(turn);
      this.#patience.start(turn);
    }).then(() => this.#work(key, work));
  }

  async #work<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#next(key);
    }
  }

  #next(key: string): void {
    const queue = this.#queues.get(key);
    for (let turn = queue?.shift(); turn !== undefined; turn = queue?.shift()) {
      if (!this.#patience.end(turn)) continue;
      this.#waiting--;
      turn.begin();
      return;
    }
    this.#queues.delete(key);
  }
}
