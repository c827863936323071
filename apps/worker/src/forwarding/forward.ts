import type { InteractionStarted } from '#domain';
import type { OutsideSubscription } from '#event-store';
import { newForwardJob, type ForwardJob, type JobQueue } from '#queues';

export const forwardName = 'forward';

const batchSize = 500;

/** Makes a job of each message that came in. What the account itself sends is given to the carrier while the caller waits. */
export function forward(queue: Pick<JobQueue<ForwardJob>, 'add'>, partition: number): OutsideSubscription {
  return {
    name: forwardName,
    partition,
    types: ['InteractionStarted'] satisfies InteractionStarted['type'][],
    batchSize,
    effects: 'outside',
    handle: async (events) => {
      const jobs = events.flatMap(({ streamId: sessionSid, event }) => {
        // By its type; nothing personal of it is looked at, which is as well: it is still sealed here.
        const { accountSid, serviceSid, interactionSid, type, inbound } =
          event.data as InteractionStarted['data'];
        if (type !== 'message' || inbound === null) return [];
        return [newForwardJob({ accountSid, serviceSid, sessionSid, interactionSid })];
      });
      await queue.add(jobs);
    },
  };
}
