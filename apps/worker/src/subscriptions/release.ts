import { setTimeout as pause } from 'node:timers/promises';
import { ReleaseNumber, type ReleaseNumberHandler } from '#application';
import type { PhoneNumberEvent, ShortCodeEvent } from '#domain';
import type { OutsideSubscription } from '#event-store';

export const releaseName = 'release';

/** Milliseconds after which a number is released: one that moves to another pool is there by then, and stays connected. */
const grace = 2_000;

/**
 * Tells the carrier of each number that has left a pool, whoever took it out. Apart from the cascade, for the carrier may be away:
 * then this alone waits and tries again.
 */
export function release(
  releaseNumber: Pick<ReleaseNumberHandler, 'execute'>,
  partition: number,
): OutsideSubscription {
  const types = ['PhoneNumberRemoved', 'ShortCodeRemoved'] satisfies (
    PhoneNumberEvent | ShortCodeEvent
  )['type'][];
  return {
    name: releaseName,
    partition,
    types,
    batchSize: 16,
    effects: 'outside',
    handle: async (removals, signal) => {
      for (const { accountSid, streamId, recordedAt } of removals) {
        // Thrown, so that the checkpoint stays before the number.
        signal.throwIfAborted();
        await pause(Math.min(Date.parse(recordedAt) + grace - Date.now(), grace), undefined, { signal });
        await releaseNumber.execute(new ReleaseNumber(accountSid, streamId));
      }
    },
  };
}
