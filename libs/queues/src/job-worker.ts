import { Logger } from '@nestjs/common';
import { DelayedError, UnrecoverableError, type Job } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';
import type { ZodType } from 'zod';
import { nameError } from '#platform';
import { FailureLog } from './failure-log.js';
import { JobFailureLog } from './job-failure-log.js';
import { openWhenThere } from './open-when-there.js';
import type { OpenWorker, QueueBackend, RetryAfter } from './queue-backend.js';

/** Thrown by a handler whose job came too early: the job comes again after so many milliseconds, and no attempt is counted. */
export class TryLater extends Error {
  override readonly name = 'TryLater';

  constructor(readonly milliseconds: number) {
    super(`again in ${milliseconds} ms`);
  }
}

export interface JobWorkerOptions<Data> {
  readonly queue: string;
  readonly schema: ZodType<Data>;
  readonly concurrency: number;
  /** At least once for each job. */
  handle(data: Data): Promise<void>;
  readonly retryAfter?: RetryAfter;
}

/** Milliseconds given to the jobs under way when the worker stops. Whatever is not done by then comes again. */
const patience = 8_000;
/** Milliseconds in which the backend has to answer when the worker stops. A silent one is as good as gone. */
const PROBE_MS = 1_500;

/** The taking side of a queue. Comes up without its backend and connects when that is there. */
export class JobWorker<Data> {
  readonly #stop = new AbortController();
  readonly #log: FailureLog;
  readonly #failures: JobFailureLog;
  #opening: Promise<void> | null = null;
  #worker: OpenWorker | null = null;

  constructor(
    private readonly backend: QueueBackend,
    private readonly options: JobWorkerOptions<Data>,
  ) {
    this.#log = new FailureLog(`Worker ${options.queue}`);
    this.#failures = new JobFailureLog(new Logger(`Worker ${options.queue}`));
  }

  /** Connects in the background. */
  start(): void {
    this.#opening ??= this.#open();
  }

  /** Takes no more jobs and waits for those under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#opening;
    if (this.#worker === null) return;
    // Without its backend a worker waits for ever, and so do its timers, unless it is forced.
    const isAbsent = await Promise.race([
      this.backend.probe().then(
        () => false,
        () => true,
      ),
      pause(PROBE_MS, true, { ref: false }),
    ]);
    await Promise.race([this.#worker.close(isAbsent), pause(patience, undefined, { ref: false })]);
    this.#worker = null;
  }

  async #open(): Promise<void> {
    const { queue, concurrency, retryAfter } = this.options;
    const listener = {
      failed: this.#log.failed,
      jobFailed: (jobId: string, error: Error) => {
        this.#failures.failed(jobId, error);
      },
    };
    this.#worker = await openWhenThere(
      this.backend,
      () =>
        this.backend.openWorker(
          queue,
          (job, token) => this.#process(job, token),
          concurrency,
          listener,
          retryAfter,
        ),
      this.#log,
      this.#stop.signal,
    );
  }

  async #process(job: Job<unknown, void>, token: string | undefined): Promise<void> {
    const parsed = this.options.schema.safeParse(job.data);
    // No later attempt would read it either.
    if (!parsed.success) throw new UnrecoverableError('the job is not of the queue’s schema');
    try {
      await this.options.handle(parsed.data);
    } catch (error) {
      if (!(error instanceof TryLater)) throw withoutWords(error);
      await job.moveToDelayed(Date.now() + error.milliseconds, token);
      throw new DelayedError();
    }
  }
}

/**
 * BullMQ keeps the message and the stack of what a handler throws in the job, for days, and jobs hold no personal data;
 * PostgreSQL quotes names and numbers in its messages. The cause, which is not kept, is for the log.
 */
function withoutWords(error: unknown): Error {
  return new Error(nameError(error), { cause: error });
}
