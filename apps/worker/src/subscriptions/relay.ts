import { setTimeout as pause } from 'node:timers/promises';
import { type OutsideSubscription, relayName, type Consumer } from '#event-store';
import { newEventJob, type EventJob, type JobQueue } from '#queues';
import type { RelayMark } from './relay-mark.js';

const batchSize = 500;

/** Jobs that a consumer may leave undone, or fail at, before its relay waits: the log keeps the rest better than a queue. */
const mostUnfinished = 10_000;
const lookAgainAfter = 1_000;

/** Puts the events that a consumer wants into its queue, and then moves on: at least once each, in the order of the log. */
export function relay(
  consumer: Consumer,
  queue: Pick<JobQueue<EventJob>, 'add' | 'unfinished'>,
  isRegistered: () => Promise<boolean>,
  mark: Pick<RelayMark, 'whence' | 'with'>,
  partition: number,
  limit = mostUnfinished,
): OutsideSubscription {
  const { types } = consumer;
  return {
    name: relayName(consumer),
    partition,
    types,
    batchSize,
    effects: 'outside',
    handle: async (events, signal) => {
      while ((await queue.unfinished()) >= limit) {
        signal.throwIfAborted();
        await pause(lookAgainAfter, undefined, { signal });
      }
      // Removed a moment ago: with its checkpoint gone, this relay ends as soon as it is done here.
      if (!(await isRegistered())) return;
      const jobs = events.map(({ event, ...place }) =>
        newEventJob(consumer, { ...place, type: event.type }, null),
      );
      const last = events.at(-1);
      if (last !== undefined) await mark.with(last.position, () => queue.add(jobs));
    },
    whence: (checkpoint) => mark.whence(checkpoint),
  };
}
