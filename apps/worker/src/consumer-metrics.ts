import { Gauge, type Registry } from 'prom-client';
import { countDeadLetters, type Queryable } from '#event-store';
import type { ConsumerBacklogs } from '#queues';

/** How many jobs each consumer has before it and behind it, read when the metrics are; left out while the queues are away. */
export function observeConsumers(metrics: Registry, backlogs: ConsumerBacklogs): void {
  let reading: Promise<void> | null = null;
  // The three come from one reading, and each waits for it: they are collected at the same time.
  const collect = () => (reading ??= read().finally(() => (reading = null)));
  const jobs = new Gauge({
    name: 'maskline_consumer_jobs',
    help: 'Events in the queue of a consumer: waiting to be handled (retrying: those of them that failed and wait for another attempt), or failed in every attempt (maskline consumer retry).',
    labelNames: ['consumer', 'state'],
    registers: [metrics],
    collect,
  });
  const lag = new Gauge({
    name: 'maskline_consumer_lag_events',
    help: 'Events that a consumer has not handled yet, in the log and in its queue.',
    labelNames: ['consumer'],
    registers: [metrics],
    collect,
  });
  const lagSeconds = new Gauge({
    name: 'maskline_consumer_lag_seconds',
    help: 'How long the first event that a consumer has not handled has been waiting.',
    labelNames: ['consumer'],
    registers: [metrics],
    collect,
  });

  async function read(): Promise<void> {
    const found = await backlogs.read().catch(() => []);
    // A consumer that was removed must not be shown for ever.
    for (const gauge of [jobs, lag, lagSeconds]) gauge.reset();
    for (const backlog of found) {
      const { consumer } = backlog;
      jobs.set({ consumer, state: 'waiting' }, backlog.waiting);
      jobs.set({ consumer, state: 'retrying' }, backlog.retrying);
      jobs.set({ consumer, state: 'failed' }, backlog.failed);
      lag.set({ consumer }, backlog.lag);
      lagSeconds.set({ consumer }, backlog.lagSeconds);
    }
  }
}

/** How many streams each reader of the log has set aside. */
export function observeDeadLetters(metrics: Registry, db: Queryable): void {
  const letters = new Gauge({
    name: 'maskline_dead_letters',
    help: 'Streams that a subscription has parked at an event that it cannot handle (maskline dlq list).',
    labelNames: ['subscription'],
    registers: [metrics],
    collect: async () => {
      const counts = await countDeadLetters(db).catch(() => null);
      if (counts === null) return;
      letters.reset();
      for (const { subscription, letters: count } of counts) letters.set({ subscription }, count);
    },
  });
}
