import { readSubscriptions } from '#event-store';
import type { Database, ReadinessCheck } from '#platform';
import type { QueueBackend } from '#queues';

/** Seconds that a subscription may be behind while it fails or nobody follows it. One that is only slow is not stalled. */
const longestLag = 60;

/** What the worker needs to do its work in time. */
export function workerChecks(database: Database, queues: QueueBackend): ReadinessCheck[] {
  return [
    { name: 'queue', check: () => queues.probe() },
    {
      name: 'subscriptions',
      check: async () => {
        const all = await readSubscriptions(database.reads);
        const stalled = all.filter(
          ({ failures, isHeld, lagSeconds }) => (failures > 0 || !isHeld) && lagSeconds > longestLag,
        );
        if (stalled.length === 0) return;
        throw new Error(
          `stalled: ${stalled.map(({ name, partition }) => `${name}/${partition}`).join(', ')}`,
        );
      },
    },
  ];
}
