import type { Logger } from '@nestjs/common';

/** Milliseconds in which jobs that fail for one reason are told of once. */
const QUIET_FOR = 60_000;
/** Reasons that are told apart; those of a handler are few. */
const MOST_REASONS = 100;

interface Told {
  readonly at: number;
  unmentioned: number;
}

/**
 * Says that jobs fail: of those with the same reason one a minute, and how many have failed since the last. An address that is away
 * fails thousands of jobs again and again, each of which is counted in the metrics and shown in its queue.
 */
export class JobFailureLog {
  readonly #told = new Map<string, Told>();

  /** `milliseconds` is a clock that only ever goes forwards. */
  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly milliseconds = () => performance.now(),
  ) {}

  /** The reason is the error's message, which holds no more than a name (`withoutWords`). */
  failed(jobId: string, error: Error): void {
    const now = this.milliseconds();
    const told = this.#told.get(error.message);
    if (told !== undefined && now - told.at < QUIET_FOR) {
      told.unmentioned++;
      return;
    }
    const since = told?.unmentioned ?? 0;
    const others = since === 0 ? '' : `, as ${since} since this was told of last`;
    this.logger.warn({ message: `job ${jobId} failed${others}`, err: error });
    if (this.#told.size >= MOST_REASONS) this.#told.clear();
    this.#told.set(error.message, { at: now, unmentioned: 0 });
  }
}
