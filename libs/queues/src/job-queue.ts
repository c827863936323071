import type { JobsOptions } from 'bullmq';
import { FailureLog } from './failure-log.js';
import { openWhenThere } from './open-when-there.js';
import type { OpenJob, OpenQueue, QueueBackend } from './queue-backend.js';

export interface NewJob<Data> {
  /** Not only digits, and without a colon. A job whose id exists in the queue is not added again. */
  readonly id: string;
  readonly data: Data;
  /** Milliseconds from now. */
  readonly delay?: number;
}

/** What becomes of a job that fails or is done. */
type JobPolicy = Pick<
  JobsOptions,
  'attempts' | 'backoff' | 'removeOnComplete' | 'removeOnFail' | 'stackTraceLimit'
>;

export interface Backlog {
  readonly waiting: number;
  /** Of those that wait, the ones that failed and wait for another attempt, or were put off. */
  readonly retrying: number;
  readonly failed: number;
}

/** A job that failed in every attempt. */
export interface FailedJob<Data> {
  readonly id: string;
  readonly data: Data;
  /** The name of the last error. */
  readonly error: string;
  readonly failedAt: string | null;
}

const pageSize = 500;
const asNew = { resetAttemptsMade: true, resetAttemptsStarted: true };
const undone = ['waiting', 'prioritized', 'delayed', 'active'] as const;
/** Jobs that wait for another attempt of which it is looked which one is the oldest. */
const MOST_DELAYED = 1_000;

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
  #hasTried: () => void = () => undefined;
  /** Over with the first try to connect: until then nobody knows whether the backend is there. */
  readonly #tried = new Promise<void>((resolve) => (this.#hasTried = resolve));

  constructor(
    private readonly backend: QueueBackend,
    readonly name: string,
    private readonly policy: JobPolicy,
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

  /** Adds those that are not there or failed; what somebody has done or will do is left alone. Answers how many it added. */
  addMissing(jobs: readonly NewJob<Data>[]): Promise<number> {
    return this.#use(async (queue) => {
      const states = await Promise.all(jobs.map(({ id }) => queue.getJobState(id)));
      const failed = jobs.filter((_, i) => states[i] === 'failed');
      const missing = jobs.filter((_, i) => states[i] === 'failed' || states[i] === 'unknown');
      // An id that exists is not added again, also that of a job which failed.
      await Promise.all(failed.map(({ id }) => queue.remove(id)));
      await this.add(missing);
      return missing.length;
    });
  }

  /** Has jobs that failed for good tried again, from the first attempt on; answers how many. */
  retryFailed(): Promise<number> {
    return this.#use(async (queue) => {
      const total = await queue.getJobCountByTypes('failed');
      let seen = 0;
      let retried = 0;
      while (seen < total) {
        // The oldest first: what fails once more meanwhile stands behind them and is not retried for ever.
        const jobs = await queue.getJobs(['failed'], 0, Math.min(pageSize, total - seen) - 1, true);
        if (jobs.length === 0) break;
        const results = await Promise.all(jobs.map((job) => retryAsNew(queue, job)));
        retried += results.filter(Boolean).length;
        seen += jobs.length;
      }
      return retried;
    });
  }

  /** Has jobs done at once that wait for their next attempt; answers how many. */
  hurryDelayed(): Promise<number> {
    return this.#use(async (queue) => {
      const total = await queue.getJobCountByTypes('delayed');
      let seen = 0;
      let hurried = 0;
      while (seen < total) {
        const jobs = await queue.getJobs(['delayed'], 0, Math.min(pageSize, total - seen) - 1, true);
        if (jobs.length === 0) break;
        // One whose time came meanwhile is none of them any more.
        const results = await Promise.allSettled(jobs.filter(Boolean).map((job) => job.promote()));
        hurried += results.filter(({ status }) => status === 'fulfilled').length;
        seen += jobs.length;
      }
      return hurried;
    });
  }

  /** The jobs that failed for good, the oldest first: at most so many, from the place `from` on, which the oldest has as 0. */
  failedJobs(from: number, limit: number): Promise<FailedJob<unknown>[]> {
    return this.#use(async (queue) => {
      const jobs = await queue.getJobs(['failed'], from, from + limit - 1, true);
      // One that was settled meanwhile comes as nothing.
      return jobs.filter(Boolean).map(failedJob);
    });
  }

  /** The one with this id, if it failed for good. */
  failedJob(id: string): Promise<FailedJob<unknown> | null> {
    return this.#use(async (queue) => {
      if ((await queue.getJobState(id)) !== 'failed') return null;
      const job = await queue.getJob(id);
      return job === undefined ? null : failedJob(job);
    });
  }

  /** One of those that failed for good: tried again as if it were new, or thrown away. False when it is not among them. */
  settleFailed(id: string, how: 'retry' | 'remove'): Promise<boolean> {
    return this.#use(async (queue) => {
      if ((await queue.getJobState(id)) !== 'failed') return false;
      if (how === 'retry') {
        const job = await queue.getJob(id);
        return job !== undefined && retryAsNew(queue, job);
      }
      await queue.remove(id);
      return true;
    });
  }

  /** What lies in unfinished jobs; null when there are more than so many. */
  unfinishedData(limit: number): Promise<unknown[] | null> {
    return this.#use(async (queue) => {
      const jobs = await queue.getJobs([...undone, 'failed'], 0, limit - 1, true);
      // One that was done and removed meanwhile comes as nothing.
      return jobs.length >= limit ? null : jobs.filter(Boolean).map(({ data }) => data);
    });
  }

  /**
   * What lies in the unfinished jobs among which the oldest is. The backends do not agree on which end of a state that is; and those
   * that wait for another attempt are in the order of that, so many of them are looked at.
   */
  oldestData(): Promise<unknown[]> {
    return this.#use(async (queue) => {
      const found = await Promise.all(
        undone.map(async (state) => {
          if (state === 'delayed') return queue.getJobs([state], 0, MOST_DELAYED - 1, true);
          const last = (await queue.getJobCountByTypes(state)) - 1;
          if (last < 0) return [];
          const ends = await Promise.all([0, last].map((at) => queue.getJobs([state], at, at, true)));
          return ends.flat();
        }),
      );
      return found
        .flat()
        .filter(Boolean)
        .map(({ data }) => data);
    });
  }

  /** Has workers take nothing more, or go on. */
  async setPaused(isPaused: boolean): Promise<void> {
    await this.#use((queue) => (isPaused ? queue.pause() : queue.resume()));
  }

  /** The word beside the jobs. */
  readMark(field: string): Promise<string | null> {
    return this.#use(() => this.backend.readMark(this.name, field));
  }

  replaceMark(field: string, expected: string | null, word: string): Promise<boolean> {
    return this.#use(() => this.backend.replaceMark(this.name, field, expected, word));
  }

  /** Throws the queue away with all that lies in it. It comes into being again with the next job that is added. */
  drop(): Promise<void> {
    return this.#use((queue) => queue.obliterate({ force: true }));
  }

  /** Jobs that are still to be done, and those that failed for good. */
  async backlog(): Promise<Backlog> {
    const [waiting, retrying, failed] = await Promise.all([
      this.#use((queue) => queue.getJobCountByTypes(...undone)),
      this.#use((queue) => queue.getJobCountByTypes('delayed')),
      this.#use((queue) => queue.getJobCountByTypes('failed')),
    ]);
    return { waiting, retrying, failed };
  }

  /** Jobs that nobody has finished yet; those that failed are kept until somebody retries them, and take as much room. */
  async unfinished(): Promise<number> {
    const { waiting, failed } = await this.backlog();
    return waiting + failed;
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
      this.#hasTried,
    );
    this.#hasTried();
  }

  async #use<Result>(work: (queue: OpenQueue) => Promise<Result>): Promise<Result> {
    // Whoever starts it may be quicker than its connection, which is no absence.
    if (this.#opening !== null) await this.#tried;
    if (this.#queue === null) throw new QueueAbsent(this.name);
    const result = await work(this.#queue);
    this.#log.recovered();
    return result;
  }
}

/** False when somebody else was quicker. */
async function retryAsNew(queue: OpenQueue, job: OpenJob): Promise<boolean> {
  try {
    await job.retry('failed', asNew);
    return true;
  } catch (error) {
    if ((await queue.getJobState(job.id ?? '')) === 'failed') throw error;
    return false;
  }
}

function failedJob({ id, data, failedReason, finishedOn }: OpenJob): FailedJob<unknown> {
  return {
    id: id ?? '',
    data,
    error: failedReason,
    failedAt: finishedOn === undefined ? null : new Date(finishedOn).toISOString(),
  };
}
