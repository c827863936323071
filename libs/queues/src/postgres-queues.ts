import { createPostgresBackend, Queue, runMigrations, Worker, type PgPool } from 'bullmq';
import { openQueuePool, type ServerConfig } from '#platform';
import {
  QueueBackend,
  queueDefaults,
  workerDefaults,
  type JobProcessor,
  type OpenQueue,
  type OpenWorker,
  type QueueListener,
  type WorkerListener,
} from './queue-backend.js';

/** Queues in the schema `bullmq` of the database, over one pool of connections for all. */
export class PostgresQueues extends QueueBackend {
  override readonly name = 'postgres';
  readonly #pool: ReturnType<typeof openQueuePool>;

  constructor(config: Pick<ServerConfig, 'DATABASE_URL'>, role: string) {
    super();
    this.#pool = openQueuePool(config, role);
  }

  override async migrate(): Promise<void> {
    const client = await this.#pool.connect();
    let isBroken = true;
    try {
      await runMigrations(client);
      isBroken = false;
    } finally {
      client.release(isBroken);
    }
  }

  /** BullMQ remembers for ever that its schema was not there, so we look before we let it. */
  override async probe(): Promise<void> {
    await this.#pool.query('select from bullmq.migration limit 1');
  }

  override openQueue(name: string, { failed }: QueueListener): OpenQueue {
    const queue = new Queue(name, { ...queueDefaults, connection: this.#connection }, createPostgresBackend);
    return queue.on('error', failed);
  }

  override openWorker(
    name: string,
    process: JobProcessor,
    concurrency: number,
    { failed, jobFailed }: WorkerListener,
  ): OpenWorker {
    const options = { ...workerDefaults, concurrency, connection: this.#connection };
    const worker = new Worker(name, process, options, createPostgresBackend);
    return worker.on('error', failed).on('failed', (job, error) => {
      jobFailed(job?.id ?? 'unknown', error);
    });
  }

  // BullMQ describes the driver anew, with optional properties that may not be undefined.
  get #connection(): PgPool {
    return this.#pool as PgPool;
  }

  override async close(): Promise<void> {
    // The pool counts as ended while its connections still say goodbye. Should PostgreSQL stop just then, which it does next
    // in standalone, that is no failure, and neither the pool nor the queues that were on it shall say so.
    this.#pool.removeAllListeners('error').on('error', () => undefined);
    await this.#pool.end();
  }
}
