import { deleteSession, DomainError, sessionStream, type ServiceEvent } from '#domain';
import type { EventContext, EventStore, OutsideSubscription, Queryable, RecordedEvent } from '#event-store';
import { sessionsBelow } from '#read-model';

export const cascadeName = 'cascade';

const batchSize = 500;

/**
 * Deletes what a deleted service leaves behind. Nothing below it can be reached or added from the commit of its
 * `ServiceDeleted`, so there is no hurry and no race; the checkpoint moves when all is gone, so a worker that dies
 * midway leaves the rest to the next.
 */
export function cascade(
  db: Queryable,
  events: Pick<EventStore, 'change'>,
  partition: number,
): OutsideSubscription {
  const types = ['ServiceDeleted'] satisfies ServiceEvent['type'][];
  return {
    name: cascadeName,
    partition,
    types,
    batchSize: 16,
    effects: 'outside',
    handle: async (deletions, signal) => {
      for (const deletion of deletions) await deleteBelow(db, events, deletion, signal);
    },
  };
}

async function deleteBelow(
  db: Queryable,
  events: Pick<EventStore, 'change'>,
  deletion: RecordedEvent,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    // Thrown, so that the checkpoint stays before the service.
    signal.throwIfAborted();
    const sids = await sessionsBelow(db, deletion.partition, deletion.streamId, batchSize);
    if (sids.length === 0) return;
    await Promise.all(
      sids.map((sid) =>
        events
          .change(sessionStream, sid, contextOf(deletion, sid), deleteSession, { isCascade: true })
          .catch(ignoreGone),
      ),
    );
  }
}

function contextOf(
  { eventId, accountSid, correlationId, traceParent }: RecordedEvent,
  sid: string,
): EventContext {
  return {
    accountSid,
    actor: 'system:cascade',
    requestId: null,
    correlationId,
    causationId: eventId,
    traceParent,
    idempotency: { commandId: `cascade-${eventId}-${sid}`, fingerprint: 'cascade' },
  };
}

/** Another worker's cascade, still under way after it lost its lease, was here first. */
function ignoreGone(error: unknown): void {
  if (error instanceof DomainError && error.code === 'session-not-found') return;
  throw error;
}
