import { eventJob, type EventJob } from '#contracts';
import type { DomainEvent } from '#domain';
import { hasUnknownStart, type Queryable, type RecordedEvent } from '#event-store';
import {
  loadConfig,
  openDatabase,
  runMain,
  runningEmbeddedPostgres,
  StartError,
  useProcessLog,
  type Database,
} from '#platform';
import { JobWorker } from '../job-worker.js';
import { openQueues } from '../open-queues.js';
import { eventQueueName } from './event-queue.js';
import { handleInOrder } from './handle-in-order.js';
import { noteHandled, prepareInbox } from './inbox.js';
import { readJobEvent } from './read-job-event.js';
import { prepareOrder } from './stream-cursor.js';

export interface ConsumerProgram<Event extends DomainEvent> {
  /** As it was registered with `maskline consumer add`. */
  readonly name: string;
  /** Events of other types, if it was registered for them, are passed by. */
  readonly types: readonly Event['type'][];
  /** In PostgreSQL, for the inbox and for what the consumer itself keeps. */
  readonly schema: string;
  /**
   * `session`: the events of one session, or whatever else has a stream, are handled one after the other in the order in which
   * they happened; one that fails holds up those behind it, and no other session. A replay asks for its events one by one.
   */
  readonly order?: 'session';
  /** Makes the consumer's own tables. Runs at every start. */
  prepare(db: Queryable): Promise<void>;
  /** Effects through `tx` take place exactly once for each event, and once more for each replay. */
  handle(event: RecordedEvent<Event>, tx: Queryable): Promise<void>;
  /** Prints what the consumer keeps: for `--show`. */
  show?(db: Queryable): Promise<void>;
}

const concurrency = 4;

/**
 * The main program of a consumer: reacts to events until it is told to stop; with `--show` it prints what it keeps, and ends.
 * Takes DATABASE_URL and REDIS_URL; without the first, the database that `npm start` runs in MASKLINE_DATA_DIR.
 */
export function runConsumer<Event extends DomainEvent>(
  program: ConsumerProgram<Event>,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  return runMain(async (shutdown) => {
    const { DATABASE_URL: given, MASKLINE_DATA_DIR: dataDir, REDIS_URL, LOG_LEVEL } = loadConfig();
    const DATABASE_URL = given ?? runningEmbeddedPostgres(dataDir);
    if (DATABASE_URL === null) {
      throw new StartError(
        `no Maskline runs on ${dataDir}: npm start first, with the same MASKLINE_DATA_DIR, or set DATABASE_URL`,
      );
    }
    useProcessLog({ LOG_LEVEL });

    const database = openDatabase({ DATABASE_URL }, program.name);
    shutdown.add('the database connections', () => database.close());
    await prepareInbox(database.admin, program.schema);
    if (program.order !== undefined) {
      if (await hasUnknownStart(database.admin, program.name)) {
        throw new StartError(
          `${program.name} was registered by an older version, which did not note from where on: remove it and add it again`,
        );
      }
      await prepareOrder(database.admin, program.schema);
    }
    await program.prepare(database.admin);
    if (program.show !== undefined && args.includes('--show')) {
      await program.show(database.admin);
      await shutdown.stop();
      return;
    }

    const queues = openQueues({ DATABASE_URL, REDIS_URL }, program.name);
    shutdown.add('the queue connections', () => queues.close());
    const worker = new JobWorker(queues, {
      queue: eventQueueName(program.name),
      schema: eventJob,
      concurrency,
      handle: (job) =>
        program.order !== undefined && job.replayId === null
          ? handleInOrder(database, program, job)
          : handleOnce(database, program, job),
    });
    worker.start();
    shutdown.add('the jobs under way', () => worker.stop());
  });
}

/** Inbox and effects in one transaction. */
async function handleOnce<Event extends DomainEvent>(
  { reads }: Database,
  program: ConsumerProgram<Event>,
  job: EventJob,
): Promise<void> {
  if (!program.types.includes(job.type)) return;
  const tx = await reads.connect();
  let isBroken = true;
  try {
    await tx.query('begin');
    if (await noteHandled(tx, program.schema, program.name, job)) {
      // Its type was looked at before; the log holds the data of the type.
      await program.handle((await readJobEvent(tx, job)) as RecordedEvent<Event>, tx);
    }
    await tx.query('commit');
    isBroken = false;
  } finally {
    // With the connection, what was not committed is gone.
    tx.release(isBroken);
  }
}
