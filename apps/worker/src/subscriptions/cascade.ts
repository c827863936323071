import {
  DeleteSessionsBelow,
  RemoveNumbersBelow,
  type DeleteSessionsBelowHandler,
  type RemoveNumbersBelowHandler,
} from '#application';
import type { ServiceEvent } from '#domain';
import type { OutsideSubscription } from '#event-store';

export const cascadeName = 'cascade';

const batchSize = 500;

/** What deletes, batch by batch, what was below a service; each answers how many it found. */
export interface Below {
  readonly numbers: Pick<RemoveNumbersBelowHandler, 'execute'>;
  readonly sessions: Pick<DeleteSessionsBelowHandler, 'execute'>;
}

/**
 * Deletes what a deleted service leaves behind. Nothing below it can be reached or added from the commit of its
 * `ServiceDeleted`, so there is no hurry and no race; the checkpoint moves when all is gone, so a worker that dies
 * midway leaves the rest to the next. The numbers first: they are few, and may be wanted elsewhere.
 */
export function cascade(below: Below, partition: number): OutsideSubscription {
  const types = ['ServiceDeleted'] satisfies ServiceEvent['type'][];
  return {
    name: cascadeName,
    partition,
    types,
    batchSize: 16,
    effects: 'outside',
    handle: async (deletions, signal) => {
      for (const deletion of deletions) {
        await untilNone(signal, () => below.numbers.execute(new RemoveNumbersBelow(deletion, batchSize)));
        await untilNone(signal, () => below.sessions.execute(new DeleteSessionsBelow(deletion, batchSize)));
      }
    },
  };
}

async function untilNone(signal: AbortSignal, deleteSome: () => Promise<number>): Promise<void> {
  do {
    // Thrown, so that the checkpoint stays before the service.
    signal.throwIfAborted();
  } while ((await deleteSome()) > 0);
}
