/** How often it is looked whether somebody has waited too long. */
const lookEvery = 250;

/**
 * Callers who wait, each as long as the others at most. One timer looks after all of them, for a timer each would cost
 * more than what they wait for.
 */
export class Patience<Caller> {
  /** In order of arrival, so the earliest deadline comes first. */
  readonly #deadlines = new Map<Caller, number>();
  #watch: NodeJS.Timeout | null = null;

  /** `lose` tells a caller that time is up; it waits no longer then. */
  constructor(
    private readonly milliseconds: number,
    private readonly lose: (caller: Caller) => void,
  ) {}

  start(caller: Caller): void {
    this.#deadlines.set(caller, performance.now() + this.milliseconds);
    this.#watch ??= setInterval(() => this.#look(), lookEvery).unref();
  }

  waits(caller: Caller): boolean {
    return this.#deadlines.has(caller);
  }

  /** True when the caller was still waiting. */
  end(caller: Caller): boolean {
    return this.#deadlines.delete(caller);
  }

  #look(): void {
    const now = performance.now();
    for (const [caller, deadline] of this.#deadlines) {
      if (deadline > now) return;
      this.#deadlines.delete(caller);
      this.lose(caller);
    }
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }
}
