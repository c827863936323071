import { ReleaseNumber, type ReleaseNumberHandler } from '#application';
import type { PhoneNumberEvent, ShortCodeEvent } from '#domain';
import type { OutsideSubscription } from '#event-store';

export const releaseName = 'release';

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
      for (const { accountSid, streamId } of removals) {
        // Thrown, so that the checkpoint stays before the number.
        signal.throwIfAborted();
        await releaseNumber.execute(new ReleaseNumber(accountSid, streamId));
      }
    },
  };
}
