import { createPostgresBackend, Queue, runMigrations, Worker, type PgPool } from 'bullmq';
import { openQueuePool, type ServerConfig } from '#platform';
import {
  backoffBy,
  QueueBackend,
  queueDefaults,
  workerDefaults,
  type JobProcessor,
  type OpenQueue,
  type OpenWorker,
  type QueueListener,
  type RetryAfter,
  type WorkerListener,
} from './queue-backend.js';

/** In BullMQ's schema, so that whoever leaves the jobs out of a backup leaves this out as well. */
const makeMarks = `
  do $$ begin
    perform pg_advisory_xact_lock(hashtextextended('maskline.marks', 0));
    create table if not exists bullmq.maskline_mark (queue text, field text, word text not null, primary key (queue, field));
  end $$`;

const readMark = 'select word from bullmq.maskline_mark where queue = $1 and field = $2';
const addMark =
  'insert into bullmq.maskline_mark (queue, field, word) values ($1, $2, $3) on conflict do nothing';
const moveMark = 'update bullmq.maskline_mark set word = $4 where queue = $1 and field = $2 and word = $3';

/** Queues in the schema `bullmq` of the database, over one pool of connections for all. */
export class PostgresQueues extends QueueBackend {
  override readonly name = 'postgres';
  readonly #pool: ReturnType<typeof openQueuePool>;
  readonly #workers = new Set<OpenWorker>();

  constructor(config: Pick<ServerConfig, 'DATABASE_URL'>, role: string) {
    super();
    this.#pool = openQueuePool(config, role);
  }

  override async migrate(): Promise<void> {
    const client = await this.#pool.connect();
    let isBroken = true;
    try {
      await runMigrations(client);
      await client.query(makeMarks);
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
    retryAfter?: RetryAfter,
  ): OpenWorker {
    if (this.#pool.ending) throw new Error('the queues are closed');
    const backoff = backoffBy(retryAfter);
    const options = { ...workerDefaults, ...backoff, concurrency, connection: this.#connection };
    const worker = new Worker(name, process, options, createPostgresBackend);
    // It keeps one to listen on, and there may be as many workers as consumers that are told over HTTP.
    this.#pool.options.max++;
    this.#workers.add(worker);
    worker.once('closed', () => {
      this.#pool.options.max--;
      this.#workers.delete(worker);
    });
    return worker.on('error', failed).on('failed', (job, error) => {
      jobFailed(job?.id ?? 'unknown', error);
    });
  }

  override async readMark(queue: string, field: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ word: string }>(readMark, [queue, field]);
    return rows[0]?.word ?? null;
  }

  override async replaceMark(
    queue: string,
    field: string,
    expected: string | null,
    word: string,
  ): Promise<boolean> {
    const { rowCount } =
      expected === null
        ? await this.#pool.query(addMark, [queue, field, word])
        : await this.#pool.query(moveMark, [queue, field, expected, word]);
    return rowCount === 1;
  }

  // BullMQ describes the driver anew, with optional properties that may not be undefined.
  get #connection(): PgPool {
    return this.#pool as PgPool;
  }

  override async close(): Promise<void> {
    // One that nobody has closed, or not in time, for the database is silent or the process was told to stop while it started. It
    // would ask the ended pool for a job again and again, and nothing else would come to pass here any more, not even the end.
    for (const worker of this.#workers) worker.close(true).catch(() => undefined);
    // The pool counts as ended while its connections still say goodbye. Should PostgreSQL stop just then, which it does next
    // in standalone, that is no failure, and neither the pool nor the queues that were on it shall say so.
    this.#pool.removeAllListeners('error').on('error', () => undefined);
    await this.#pool.end();
  }
}
