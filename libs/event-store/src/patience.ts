/** How often it is looked whether somebody has waited too long. */
const lookEvery = 250;

/** Somebody who may wait. Only `Patience` writes here. */
export class Waiter {
  /** Its place among those who wait; -1 while it does not. */
  seat = -1;
  deadline = 0;
}

/**
 * Callers who wait, each as long as the others at most. One timer looks after all of them, for a timer each would cost
 * more than what they wait for. They sit in an array and know their seats: a Map that is filled and emptied all the time keeps
 * what has left it alive until the next full collection (a table that grew anew is pointed to by the one before), and
 * that took a tenth of all the work.
 */
export class Patience<Caller extends Waiter> {
  readonly #seats: Caller[] = [];
  #watch: NodeJS.Timeout | null = null;

  /** `lose` tells a caller that time is up; it waits no longer then. */
  constructor(
    private readonly milliseconds: number,
    private readonly lose: (caller: Caller) => void,
  ) {}

  start(caller: Caller): void {
    caller.deadline = performance.now() + this.milliseconds;
    caller.seat = this.#seats.push(caller) - 1;
    this.#watch ??= setInterval(() => this.#look(), lookEvery).unref();
  }

  waits(caller: Caller): boolean {
    return caller.seat >= 0;
  }

  /** True when the caller was still waiting. */
  end(caller: Caller): boolean {
    const { seat } = caller;
    if (seat < 0) return false;
    caller.seat = -1;
    const last = this.#seats.pop();
    if (last !== undefined && last !== caller) {
      this.#seats[seat] = last;
      last.seat = seat;
    }
    return true;
  }

  #look(): void {
    const now = performance.now();
    const late = this.#seats.filter(({ deadline }) => deadline <= now);
    late.sort((one, other) => one.deadline - other.deadline);
    for (const caller of late) if (this.end(caller)) this.lose(caller);
    if (this.#seats.length > 0 || this.#watch === null) return;
    clearInterval(this.#watch);
    this.#watch = null;
  }
}
