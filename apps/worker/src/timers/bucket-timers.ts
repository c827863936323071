import type { Queryable } from '#event-store';
import { newExpiryJob, type ExpiryJob, type JobQueue } from '#queues';
import { readExpiryHorizon, type ExpiryHorizon } from '#read-model';
import { bucketFor, timeToEnd } from './bucket.js';

interface Armed {
  readonly epoch: number;
  readonly buckets: Set<number>;
}

/** Puts timers into the queue: one delayed job for each bucket of time in which something falls due. */
export class BucketTimers {
  /** By partition, what this process has armed, so that a burst of deadlines costs one job for each bucket. */
  readonly #armed = new Map<number, Armed>();

  constructor(
    private readonly db: Queryable,
    private readonly queue: Pick<JobQueue<ExpiryJob>, 'add'>,
  ) {}

  /**
   * Sees to it that something wakes up for each of these times. The rows or events that they come from must have been read
   * before: the feeder moves the horizon first and looks second, so whoever asks the horizon last leaves no gap between them.
   */
  async arm(partition: number, times: readonly string[]): Promise<void> {
    if (times.length === 0) return;
    const horizon = await readExpiryHorizon(this.db, partition);
    await this.armWithin(horizon, partition, times);
  }

  /** What lies beyond the horizon is the feeder's, when it gets there. */
  async armWithin(horizon: ExpiryHorizon, partition: number, times: readonly string[]): Promise<void> {
    const { epoch, until, now } = horizon;
    if (until === null) return;
    const armed = this.#armedIn(partition, epoch, now);
    const wanted = new Set<number>();
    for (const time of times) {
      if (time > until) continue;
      const bucket = bucketFor(time, now);
      if (!armed.has(bucket)) wanted.add(bucket);
    }
    const jobs = [...wanted].map((bucket) =>
      newExpiryJob({ partition, epoch, bucket }, timeToEnd(bucket, now)),
    );
    await this.queue.add(jobs);
    for (const bucket of wanted) armed.add(bucket);
  }

  #armedIn(partition: number, epoch: number, now: string): Set<number> {
    const known = this.#armed.get(partition);
    if (known?.epoch !== epoch) {
      const buckets = new Set<number>();
      this.#armed.set(partition, { epoch, buckets });
      return buckets;
    }
    // Oldest first, nearly: buckets are armed about in their order.
    for (const bucket of known.buckets) {
      if (timeToEnd(bucket, now) > 0) break;
      known.buckets.delete(bucket);
    }
    return known.buckets;
  }
}
