import type { JobsOptions, JobType, Processor, QueueOptions, RetryOptions, WorkerOptions } from 'bullmq';

/** What a queue is made with besides its name. */
export const queueDefaults = {
  // BullMQ notes every step of a job in a stream that nobody here reads.
  streams: { events: { maxLen: 100 } },
} as const satisfies Omit<QueueOptions, 'connection'>;

export type JobProcessor = Processor<unknown, void>;

export interface OpenJob {
  readonly id?: string | undefined;
  readonly data: unknown;
  readonly failedReason: string;
  readonly finishedOn?: number | undefined;
  retry(state: 'failed', options: RetryOptions): Promise<void>;
  /** Has it done before its time. */
  promote(): Promise<void>;
}

/** What is used of BullMQ's Queue, whose own type names its backend. */
export interface OpenQueue {
  addBulk(jobs: { name: string; data: unknown; opts: JobsOptions }[]): Promise<unknown>;
  getJobCountByTypes(...types: JobType[]): Promise<number>;
  getJob(id: string): Promise<OpenJob | undefined>;
  /** `unknown` for one that is not there. */
  getJobState(id: string): Promise<string>;
  /** A range of positions, its end included. */
  getJobs(types: JobType[], start: number, end: number, isAscending: boolean): Promise<OpenJob[]>;
  remove(id: string): Promise<unknown>;
  /** Removes the queue with all its jobs; with `force` those under way too. */
  obliterate(options: { force: boolean }): Promise<void>;
  /** Workers take nothing more from it. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** What is used of BullMQ's Worker. */
export interface OpenWorker {
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
}

export interface QueueListener {
  /** Of the connection, not of a job. It may come every second while the backend is absent. */
  readonly failed: (error: Error) => void;
}

export interface WorkerListener extends QueueListener {
  readonly jobFailed: (jobId: string, error: Error) => void;
}

/** Milliseconds from the failure that is the so-manieth of a job to its next attempt; null for none. Of jobs whose policy asks for it. */
export type RetryAfter = (failures: number) => number | null;

/** As BullMQ wants it. */
export function backoffBy(retryAfter: RetryAfter | undefined): Pick<WorkerOptions, 'settings'> {
  if (retryAfter === undefined) return {};
  return { settings: { backoffStrategy: (failures) => retryAfter(failures) ?? -1 } };
}

/** A job whose worker died is given to another one after so long, in milliseconds. */
export const workerDefaults = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 3,
  /** Milliseconds until a worker asks again after its connection broke. */
  runRetryDelay: 1_000,
} as const satisfies Omit<WorkerOptions, 'connection'>;

/**
 * Where BullMQ keeps its jobs: Redis, or PostgreSQL where there is no Redis. Either may be absent for any time, at the
 * start as well. Nothing but work that can be derived again is kept there.
 */
export abstract class QueueBackend {
  abstract readonly name: 'redis' | 'postgres';

  /** Makes what BullMQ needs before the first use. Any number of processes may do so at the same time. */
  abstract migrate(): Promise<void>;

  /** Resolves if jobs can be kept and taken now. */
  abstract probe(): Promise<void>;

  abstract openQueue(name: string, listener: QueueListener): OpenQueue;

  /** Takes up to `concurrency` jobs at a time. */
  abstract openWorker(
    name: string,
    process: JobProcessor,
    concurrency: number,
    listener: WorkerListener,
    retryAfter?: RetryAfter,
  ): OpenWorker;

  /** The word written beside the jobs of a queue, which is lost when they are; null when there is none. */
  abstract readMark(queue: string, field: string): Promise<string | null>;

  /** Writes it if it is still the expected one, or none where null is expected; false when it is another. */
  abstract replaceMark(queue: string, field: string, expected: string | null, word: string): Promise<boolean>;

  /** After every queue and worker is closed. */
  abstract close(): Promise<void>;
}

/** A hash tag per queue keeps the keys of one queue on one node of a Redis Cluster, and spreads the queues. */
export function redisPrefix(queue: string): string {
  return `{maskline-${queue}}`;
}
