import type { EventJob } from '#contracts';
import type { DomainEvent } from '#domain';
import { readOrdered, type Queryable, type RecordedEvent, upcasters } from '#event-store';
import type { Database } from '#platform';
import { noteHandled } from './inbox.js';
import { lockStream, moveCursor } from './stream-cursor.js';

/** What is needed of a consumer's program. */
interface InOrder<Event extends DomainEvent> {
  readonly name: string;
  readonly types: readonly Event['type'][];
  readonly schema: string;
  handle(event: RecordedEvent<Event>, tx: Queryable): Promise<void>;
}

/**
 * A job says of a stream that there is something up to its version. What is handled is read from the log: everything after the
 * cursor, event by event, each in a transaction with the cursor. So it does not matter in which order jobs come, which of
 * them fail, and who is killed in between; the jobs of what was handled along the way find nothing left to do.
 */
export async function handleInOrder<Event extends DomainEvent>(
  database: Pick<Database, 'reads'>,
  program: InOrder<Event>,
  job: EventJob,
): Promise<void> {
  while (await handleNext(database, program, job));
}

/** False when nothing was left to do. */
async function handleNext<Event extends DomainEvent>(
  { reads }: Pick<Database, 'reads'>,
  program: InOrder<Event>,
  job: EventJob,
): Promise<boolean> {
  const tx = await reads.connect();
  let isBroken = true;
  try {
    await tx.query('begin');
    const hasHandled = await handleFirst(tx, program, job);
    await tx.query('commit');
    isBroken = false;
    return hasHandled;
  } finally {
    // With the connection, what was not committed is gone.
    tx.release(isBroken);
  }
}

async function handleFirst<Event extends DomainEvent>(
  tx: Queryable,
  program: InOrder<Event>,
  { partition, streamId, version }: EventJob,
): Promise<boolean> {
  const { name, schema, types } = program;
  const cursor = await lockStream(tx, schema, name, streamId);
  if (cursor >= version) return false;
  const range = { partition, streamId, after: cursor, until: version, types };
  // Only events of these types are asked for.
  const next = await readOrdered<Event>(tx, name, range, upcasters);
  if (next !== null && (await noteHandled(tx, schema, name, { eventId: next.eventId, replayId: null }))) {
    await program.handle(next, tx);
  }
  await moveCursor(tx, schema, name, streamId, next?.version ?? version);
  return next !== null;
}
