import { DeleteSessionsBelow, type DeleteSessionsBelowHandler } from '#application';
import type { ServiceEvent } from '#domain';
import type { OutsideSubscription } from '#event-store';

export const cascadeName = 'cascade';

const batchSize = 500;

/**
 * Deletes what a deleted service leaves behind. Nothing below it can be reached or added from the commit of its
 * `ServiceDeleted`, so there is no hurry and no race; the checkpoint moves when all is gone, so a worker that dies
 * midway leaves the rest to the next.
 */
export function cascade(
  sessionsBelow: Pick<DeleteSessionsBelowHandler, 'execute'>,
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
      for (const deletion of deletions) {
        do {
          // Thrown, so that the checkpoint stays before the service.
          signal.throwIfAborted();
        } while ((await sessionsBelow.execute(new DeleteSessionsBelow(deletion, batchSize))) > 0);
      }
    },
  };
}
