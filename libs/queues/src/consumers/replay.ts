import { setTimeout as pause } from 'node:timers/promises';
import type { EventJob } from '#contracts';
import { readReplay, type Consumer, type Queryable, type ReplayRange } from '#event-store';
import type { JobQueue } from '../job-queue.js';
import { newEventJob } from './event-queue.js';

const pageSize = 500;

export interface ReplayOptions {
  readonly consumer: Pick<Consumer, 'name' | 'id'>;
  /** New for every replay, so that the consumer handles the events once more; null only fills holes, for what it has handled it knows. */
  readonly replayId: string | null;
  /** Events in a second at most. */
  readonly perSecond: number;
  readonly signal: AbortSignal;
  readonly progress: (looked: number) => void;
}

export interface Replayed {
  readonly sent: number;
  /** In the queue already: waiting, or done by the consumer not long ago. */
  readonly present: number;
}

/**
 * Sends a stretch of history to one consumer again, also what it failed at under this very id. Stopped early, it may be
 * started again as it was.
 */
export async function replayToConsumer(
  db: Queryable,
  queue: Pick<JobQueue<EventJob>, 'addMissing'>,
  range: ReplayRange,
  { consumer, replayId, perSecond, signal, progress }: ReplayOptions,
): Promise<Replayed> {
  const limit = Math.min(pageSize, perSecond);
  let sent = 0;
  let looked = 0;
  for (let from = range.from; !signal.aborted;) {
    const started = performance.now();
    const events = await readReplay(db, { ...range, from }, limit);
    sent += await queue.addMissing(events.map((event) => newEventJob(consumer, event, replayId)));
    looked += events.length;
    progress(looked);
    const last = events.at(-1);
    if (last === undefined || events.length < limit) break;
    from = last.position + 1;
    const rest = (events.length / perSecond) * 1000 - (performance.now() - started);
    if (rest > 0) await pause(rest, undefined, { signal }).catch(() => undefined);
  }
  return { sent, present: looked - sent };
}
