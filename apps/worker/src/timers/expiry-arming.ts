import { expiresAt, type SessionEvent } from '#domain';
import type { OutsideSubscription, Queryable, RecordedEvent } from '#event-store';
import { readTimersOf } from '#read-model';
import type { BucketTimers } from './bucket-timers.js';

/** The events after which a session may end earlier than its timer says. */
const types = [
  'SessionCreated',
  'SessionTtlChanged',
  'SessionExpiryChanged',
  'SessionReopened',
] as const satisfies readonly SessionEvent['type'][];

export const armingName = 'expiry-arming';

/** Follows the log and arms deadlines within the horizon as they come. */
export function expiryArming(db: Queryable, timers: BucketTimers, partition: number): OutsideSubscription {
  return {
    name: armingName,
    partition,
    types,
    batchSize: 1000,
    effects: 'outside',
    handle: async (events) => {
      const times: string[] = [];
      const changed = new Set<string>();
      for (const event of events) {
        const deadline = deadlineAtStart(event);
        if (deadline === undefined) changed.add(event.streamId);
        else if (deadline !== null) times.push(deadline);
      }
      if (changed.size > 0) times.push(...(await readTimersOf(db, partition, [...changed])));
      await timers.arm(partition, times);
    },
  };
}

/** A new session's event says all about its deadline, which saves reading most rows; undefined for any other event. */
function deadlineAtStart({ event, occurredAt }: RecordedEvent): string | null | undefined {
  if (event.type !== 'SessionCreated') return undefined;
  // The log holds events of the domain, lifted to today's shape.
  const { ttl, dateExpiry } = (event as Extract<SessionEvent, { type: 'SessionCreated' }>).data;
  return expiresAt({ ttl, dateExpiry, idleSince: occurredAt });
}
