import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '#testing';

/** A process as its supervisor sees it. */
export interface Running {
  logs(): string;
  /** Settles when it has ended. */
  readonly exited: Promise<unknown>;
  kill(): Promise<void>;
}

const startAgainAfter = 100;

/** Lines: Node tells what has ended it before it prints all fields of the error. */
const DYING_WORDS = 60;

/** Keeps a process running, as systemd or Kubernetes would: it is started again as soon as it has ended. */
export class Supervised<Process extends Running> {
  #running: Process | null = null;
  #isEnding = false;
  #isStopped = false;
  #lastLogs = '';
  #supervision: Promise<void> | null = null;

  /** `onOwnEnd` is told when it ends though nobody has ended it. A start that fails is tried again. */
  constructor(
    readonly name: string,
    private readonly begin: () => Promise<Process>,
    private readonly onOwnEnd: (what: string) => void,
  ) {}

  get running(): Process | null {
    return this.#running;
  }

  logs(): string {
    return this.#lastLogs + (this.#running?.logs() ?? '');
  }

  async start(): Promise<void> {
    this.#supervision ??= this.#supervise();
    await this.up();
  }

  async up(within = 60_000): Promise<Process> {
    return waitFor(() => this.#running, { within }).catch(() => {
      throw new Error(`${this.name} did not come up within ${within} ms:\n${this.#lastLogs}`);
    });
  }

  /** What `end` does to the process is no fault of the process. */
  async end(end: (process: Process) => Promise<void>): Promise<void> {
    const process = this.#running;
    if (process === null) return;
    this.#isEnding = true;
    await end(process);
  }

  kill(): Promise<void> {
    return this.end((process) => process.kill());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.kill();
    await this.#supervision;
  }

  #wasToEnd(): boolean {
    return this.#isEnding || this.#isStopped;
  }

  async #supervise(): Promise<void> {
    while (!this.#isStopped) {
      let process: Process;
      try {
        process = await this.begin();
      } catch (error) {
        this.#lastLogs = error instanceof Error ? error.message : String(error);
        await pause(startAgainAfter);
        continue;
      }
      this.#isEnding = false;
      this.#running = process;
      // Nobody who stopped it while it began could end it.
      if (this.#wasToEnd()) await process.kill();
      await process.exited;
      this.#running = null;
      this.#lastLogs = process.logs();
      if (!this.#wasToEnd())
        this.onOwnEnd(`${this.name} ended by itself:\n${tail(this.#lastLogs, DYING_WORDS)}`);
    }
  }
}

/** The last lines of what a process has said. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
