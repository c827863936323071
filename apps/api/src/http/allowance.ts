import { Remembered } from '#platform';

export const MINUTE = 60_000;

/**
 * So much a minute for each key, all of it at once or spread: what was used comes back evenly. A key costs one number, the
 * time at which all of it will have come back.
 */
export class Allowance {
  readonly #wholeAt: Remembered<number>;
  readonly #interval: number;

  constructor(
    private readonly perMinute: number,
    mostKeys: number,
  ) {
    this.#wholeAt = new Remembered(mostKeys);
    this.#interval = MINUTE / perMinute;
  }

  /** Milliseconds until there is something left for the key; 0 when there is. */
  wait(key: string, now: number): number {
    const wholeAt = this.#wholeAt.get(key);
    return wholeAt === undefined ? 0 : Math.max(0, wholeAt - now - (this.perMinute - 1) * this.#interval);
  }

  use(key: string, now: number): void {
    this.#wholeAt.set(key, Math.max(now, this.#wholeAt.get(key) ?? now) + this.#interval);
  }
}
