import { Logger } from '@nestjs/common';
import { describeError } from '#platform';

const quietFor = 60_000;

/** Says that a connection fails once, and then at most every minute: while its server is absent it fails every second. */
export class FailureLog {
  private readonly logger: Logger;
  #quietUntil = 0;

  constructor(what: string) {
    this.logger = new Logger(what);
  }

  readonly failed = (error: Error): void => {
    const now = performance.now();
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + quietFor;
    this.logger.warn(`the queue cannot be reached: ${describeError(error).message}`);
  };

  /** Tells of the recovery, if a failure was told. */
  recovered(): void {
    if (this.#quietUntil > 0) this.logger.log('the queue can be reached');
    this.#quietUntil = 0;
  }
}
