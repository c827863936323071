/** Milliseconds that one may go on while others wait, who can make use of it only when it ends. */
const longest = 50;

/**
 * Lets work overlap without an end to it, in bouts with a moment of rest between them. A pooler in transaction mode takes a connection
 * back only when nothing is under way on it: a busy pipeline would keep it from everybody else for seconds.
 */
export class Bouts {
  #underWay = 0;
  #began = 0;
  #waiting: (() => void)[] = [];

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#underWay > 0 && performance.now() - this.#began > longest) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#underWay++ === 0) this.#began = performance.now();
    try {
      return await work();
    } finally {
      if (--this.#underWay === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }
}
