import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { nameError } from '#platform';

/** Does the same again and again until it is stopped. A failure is logged once, and the next turn comes as usual. */
export class Loop {
  private readonly logger: Logger;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  #hasFailed = false;

  constructor(
    name: string,
    private readonly everyMilliseconds: number,
    private readonly work: (signal: AbortSignal) => Promise<void>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Waits for the turn under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.work(signal);
        if (this.#hasFailed) this.logger.log('goes on');
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed) this.logger.warn(`fails: ${nameError(error)}`);
        this.#hasFailed = true;
      }
      await pause(this.everyMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }
}
