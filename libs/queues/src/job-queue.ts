import type { JobsOptions } from 'bullmq';
import { FailureLog } from './failure-log.js';
import { openWhenThere } from './open-when-there.js';
import type { OpenQueue, QueueBackend } from './queue-backend.js';

export interface NewJob<Data> {
  /** Not only digits, and without a colon. A job whose id exists in the queue is not added again. */
  readonly id: string;
  readonly data: Data;
  /** Milliseconds from now. */
  readonly delay?: number;
}

/** The backend is not there. Whoever adds jobs can derive them again, so nothing is kept in memory for it. */
export class QueueAbsent extends Error {
  override readonly name = 'QueueAbsent';
}

/** The adding side of a queue. Comes up without its backend and connects when that is there. */
export class JobQueue<Data> {
  readonly #stop = new AbortController();
  readonly #log: FailureLog;
  #opening: Promise<void> | null = null;
  #queue: OpenQueue | null = null;

  constructor(
    private readonly backend: QueueBackend,
    readonly name: string,
    private readonly policy: Pick<JobsOptions, 'attempts' | 'backoff' | 'removeOnComplete' | 'removeOnFail'>,
  ) {
    this.#log = new FailureLog(`Queue ${name}`);
  }

  /** Connects in the background. */
  start(): void {
    this.#opening ??= this.#open();
  }

  /** Resolves when it is connected, which `start` began: for those who have nothing better to do meanwhile. */
  async connected(): Promise<void> {
    await this.#opening;
  }

  /** All of the jobs are added when this resolves; when it rejects, any of them may have been. */
  async add(jobs: readonly NewJob<Data>[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.#use(async (queue) => {
      await queue.addBulk(
        jobs.map(({ id, data, delay }) => ({
          name: this.name,
          data,
          opts: { ...this.policy, jobId: id, ...(delay !== undefined && { delay }) },
        })),
      );
    });
  }

  /** Jobs that nobody has finished yet. */
  unfinished(): Promise<number> {
    return this.#use((queue) => queue.getJobCountByTypes('waiting', 'prioritized', 'delayed', 'active'));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#opening;
    await this.#queue?.close();
    this.#queue = null;
  }

  async #open(): Promise<void> {
    this.#queue = await openWhenThere(
      this.backend,
      () => this.backend.openQueue(this.name, this.#log),
      this.#log,
      this.#stop.signal,
    );
  }

  async #use<Result>(work: (queue: OpenQueue) => Promise<Result>): Promise<Result> {
    if (this.#queue === null) throw new QueueAbsent(this.name);
    const result = await work(this.#queue);
    this.#log.recovered();
    return result;
  }
}
