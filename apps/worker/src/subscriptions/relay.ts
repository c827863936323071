import { setTimeout as pause } from 'node:timers/promises';
import type { OutsideSubscription } from '#event-store';
import { newEventJob, relayName, type Consumer, type EventJob, type JobQueue } from '#queues';

const batchSize = 500;

/** Jobs that a consumer may leave unfinished before its relay waits: the log keeps the rest better than a queue. */
const mostUnfinished = 10_000;
const lookAgainAfter = 1_000;

/** Puts the events that a consumer wants into its queue, and then moves on: at least once each, in the order of the log. */
export function relay(
  { name, types }: Consumer,
  queue: Pick<JobQueue<EventJob>, 'add' | 'unfinished'>,
  partition: number,
  limit = mostUnfinished,
): OutsideSubscription {
  return {
    name: relayName(name),
    partition,
    types,
    batchSize,
    effects: 'outside',
    handle: async (events, signal) => {
      while ((await queue.unfinished()) >= limit) {
        signal.throwIfAborted();
        await pause(lookAgainAfter, undefined, { signal });
      }
      const jobs = events.map(({ event, ...place }) =>
        newEventJob(name, { ...place, type: event.type }, null),
      );
      await queue.add(jobs);
    },
  };
}
