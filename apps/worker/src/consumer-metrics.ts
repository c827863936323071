import { Gauge, type Registry } from 'prom-client';
import type { ConsumerBacklogs } from '#queues';

/** How many jobs each consumer has before it and behind it, read when the metrics are; left out while the queues are away. */
export function observeConsumers(metrics: Registry, backlogs: ConsumerBacklogs): void {
  const jobs = new Gauge({
    name: 'maskline_consumer_jobs',
    help: 'Events in the queue of a consumer: waiting to be handled, or failed in every attempt (maskline consumer retry).',
    labelNames: ['consumer', 'state'],
    registers: [metrics],
    collect: async () => {
      // A consumer that was removed must not be shown for ever.
      jobs.reset();
      for (const { consumer, waiting, failed } of await backlogs.read().catch(() => [])) {
        jobs.set({ consumer, state: 'waiting' }, waiting);
        jobs.set({ consumer, state: 'failed' }, failed);
      }
    },
  });
}
