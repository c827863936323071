import { countDeadLetters, readSubscriptions } from '#event-store';
import type { Database, ReadinessCheck, ReadinessRemark } from '#platform';
import type { ConsumerBacklogs, QueueBackend } from '#queues';

/** Seconds that a subscription may be behind while it fails or nobody follows it. One that is only slow is not stalled. */
const longestLag = 60;

/** What the worker needs to do its work in time, and who else does not do theirs. */
export function workerChecks(
  database: Database,
  queues: QueueBackend,
  backlogs: ConsumerBacklogs,
): (ReadinessCheck | ReadinessRemark)[] {
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
    {
      // No check: a consumer that is broken must not take the worker out, on which all the others depend.
      name: 'consumers',
      remark: async () => {
        const broken = (await backlogs.read()).filter(({ failed }) => failed > 0);
        if (broken.length === 0) return null;
        return `failed jobs: ${broken.map(({ consumer, failed }) => `${consumer} ${failed}`).join(', ')}`;
      },
    },
    {
      // No check for the same reason: the other sessions go on.
      name: 'deadLetters',
      remark: async () => {
        const parked = await countDeadLetters(database.reads);
        if (parked.length === 0) return null;
        return `parked: ${parked.map(({ subscription, letters }) => `${subscription} ${letters}`).join(', ')}`;
      },
    },
  ];
}
