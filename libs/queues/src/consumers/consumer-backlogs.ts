import { eventJob } from '#contracts';
import { listConsumers, readSubscriptions, relayName, type Consumer, type Queryable } from '#event-store';
import type { Backlog } from '../job-queue.js';
import type { EventQueues } from './event-queues.js';

export interface ConsumerBacklog extends Backlog {
  readonly consumer: string;
  /** Events that it has not handled yet, in the log and in its queue; without those that it failed at for good. */
  readonly lag: number;
  /** How long the first of them has been waiting. */
  readonly lagSeconds: number;
}

/** What each consumer has still to do, and what it failed at for good: nothing else shows a consumer that is broken. */
export class ConsumerBacklogs {
  constructor(
    private readonly db: Queryable,
    private readonly queues: EventQueues,
  ) {}

  /** Rejects while the queues cannot be reached. */
  async read(): Promise<ConsumerBacklog[]> {
    return this.of(await listConsumers(this.db));
  }

  /** Of these alone. */
  async of(consumers: readonly Consumer[]): Promise<ConsumerBacklog[]> {
    const subscriptions = await readSubscriptions(this.db);
    await this.queues.probe();
    return Promise.all(
      consumers.map(async (consumer) => {
        const queue = this.queues.of(consumer);
        const backlog = await queue.backlog();
        const seconds = backlog.waiting === 0 ? 0 : secondsSince(await queue.oldestData());
        const relays = subscriptions.filter(({ name }) => name === relayName(consumer));
        return {
          consumer: consumer.name,
          ...backlog,
          lag: relays.reduce((sum, { lag }) => sum + lag, backlog.waiting),
          lagSeconds: Math.max(seconds, ...relays.map(({ lagSeconds }) => lagSeconds)),
        };
      }),
    );
  }
}

/** Since the first of these events happened. */
function secondsSince(jobs: readonly unknown[]): number {
  const now = Date.now();
  const ages = jobs.flatMap((data) => {
    const job = eventJob.safeParse(data).data;
    return job === undefined ? [] : [(now - Date.parse(job.occurredAt)) / 1000];
  });
  return Math.max(0, ...ages);
}
