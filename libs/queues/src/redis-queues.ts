import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import {
  QueueBackend,
  queueDefaults,
  redisPrefix,
  workerDefaults,
  type JobProcessor,
  type OpenQueue,
  type OpenWorker,
  type QueueListener,
  type WorkerListener,
} from './queue-backend.js';

const longestPause = 2_000;
const connectTimeout = 5_000;

export class RedisQueues extends QueueBackend {
  override readonly name = 'redis';
  readonly #url: string;
  readonly #reconnecting = {
    connectTimeout,
    // Once we close, nothing that BullMQ opened keeps looking for a Redis that is gone.
    retryStrategy: (tries: number) =>
      this.#isClosed ? null : Math.min(100 * 2 ** Math.min(tries, 10), longestPause),
  };
  /** Shared by all queues; without an offline queue, for what waits for an absent Redis would fill the memory. */
  readonly #producers: Redis;

  #isClosed = false;

  constructor(url: string) {
    super();
    this.#url = url;
    this.#producers = new Redis(url, {
      ...this.#reconnecting,
      enableOfflineQueue: false,
      // A command that was under way when the connection broke fails, and is not sent again behind our back.
      maxRetriesPerRequest: 0,
      commandTimeout: 5_000,
    });
    // Told by `probe` and by every failed command; without a listener ioredis would print it.
    this.#producers.on('error', () => undefined);
  }

  override migrate(): Promise<void> {
    return Promise.resolve();
  }

  override async probe(): Promise<void> {
    const { status } = this.#producers;
    if (status !== 'ready')
      await once(this.#producers, 'ready', { signal: AbortSignal.timeout(connectTimeout) });
    await this.#producers.ping();
  }

  override openQueue(name: string, { failed }: QueueListener): OpenQueue {
    const options = { ...queueDefaults, connection: this.#producers, prefix: redisPrefix(name) };
    return new Queue(name, options).on('error', failed);
  }

  override openWorker(
    name: string,
    process: JobProcessor,
    concurrency: number,
    { failed, jobFailed }: WorkerListener,
  ): OpenWorker {
    const worker = new Worker(name, process, {
      ...workerDefaults,
      concurrency,
      connection: { ...this.#reconnecting, url: this.#url, maxRetriesPerRequest: null },
      prefix: redisPrefix(name),
    });
    return worker.on('error', failed).on('failed', (job, error) => {
      jobFailed(job?.id ?? 'unknown', error);
    });
  }

  override close(): Promise<void> {
    this.#isClosed = true;
    this.#producers.disconnect();
    return Promise.resolve();
  }
}
