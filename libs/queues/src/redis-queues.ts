import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { connectRedis } from './connect-redis.js';
import {
  backoffBy,
  QueueBackend,
  queueDefaults,
  redisPrefix,
  workerDefaults,
  type JobProcessor,
  type OpenQueue,
  type OpenWorker,
  type QueueListener,
  type RetryAfter,
  type WorkerListener,
} from './queue-backend.js';

const longestPause = 2_000;
const connectTimeout = 5_000;

const replaceMark = `
  if (redis.call('hget', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
  redis.call('hset', KEYS[1], ARGV[1], ARGV[3])
  return 1`;

/** Of the same slot as the jobs. */
function marksOf(queue: string): string {
  return `${redisPrefix(queue)}:marks`;
}

export class RedisQueues extends QueueBackend {
  override readonly name = 'redis';
  readonly #urls: string;
  readonly #reconnecting = {
    connectTimeout,
    // Once we close, nothing that BullMQ opened keeps looking for a Redis that is gone.
    retryStrategy: (tries: number) =>
      this.#isClosed ? null : Math.min(100 * 2 ** Math.min(tries, 10), longestPause),
  };
  /** Shared by all queues; without an offline queue, for what waits for an absent Redis would fill the memory. */
  readonly #producers: Redis | Cluster;

  #isClosed = false;

  /** Of one Redis, or of nodes of a cluster, separated by commas. */
  constructor(urls: string) {
    super();
    this.#urls = urls;
    this.#producers = connectRedis(urls, {
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
    retryAfter?: RetryAfter,
  ): OpenWorker {
    const connection = connectRedis(this.#urls, {
      ...this.#reconnecting,
      enableOfflineQueue: true,
      // BullMQ wants it so: what a worker says of its jobs waits for Redis to come back.
      maxRetriesPerRequest: null,
    });
    connection.on('error', () => undefined);
    const backoff = backoffBy(retryAfter);
    const options = { ...workerDefaults, ...backoff, concurrency, connection, prefix: redisPrefix(name) };
    const worker = new Worker(name, process, options);
    // BullMQ closes the copy that it waits on, and leaves this one to us.
    worker.on('closed', () => connection.disconnect());
    return worker.on('error', failed).on('failed', (job, error) => {
      jobFailed(job?.id ?? 'unknown', error);
    });
  }

  override readMark(queue: string, field: string): Promise<string | null> {
    return this.#producers.hget(marksOf(queue), field);
  }

  override async replaceMark(
    queue: string,
    field: string,
    expected: string | null,
    word: string,
  ): Promise<boolean> {
    return (await this.#producers.eval(replaceMark, 1, marksOf(queue), field, expected ?? '', word)) === 1;
  }

  override close(): Promise<void> {
    this.#isClosed = true;
    this.#producers.disconnect();
    return Promise.resolve();
  }
}
