import type { KeyObject } from 'node:crypto';
import { takeDeliveries, TOLD_EVENTS } from '#application';
import type { ServiceEvent, SessionEvent } from '#domain';
import type { OutsideSubscription, Queryable, RecordedEvent } from '#event-store';
import { newDeliveryJob, type DeliveryJob, type JobQueue } from '#queues';
import { eraseDeliveries, wakeEndpoints } from '#read-model';

export const deliveriesName = 'deliveries';

const batchSize = 200;

const told: readonly string[] = TOLD_EVENTS;
const types = [...TOLD_EVENTS, 'InteractionDeleted', 'SessionDeleted', 'ServiceUpdated'] as const satisfies (
  SessionEvent | ServiceEvent
)['type'][];

/**
 * Makes deliveries of what happens to interactions, in the table first and then as jobs; takes away what may not be known any
 * more; and has an endpoint looked at whose URL may be another.
 */
export function followInteractions(
  db: Queryable,
  queue: Pick<JobQueue<DeliveryJob>, 'add'>,
  masterKey: KeyObject,
  partition: number,
): OutsideSubscription {
  return {
    name: deliveriesName,
    partition,
    types,
    batchSize,
    effects: 'outside',
    handle: async (events) => {
      const serviceSids = await takeDeliveries(
        db,
        partition,
        events.filter(({ event }) => told.includes(event.type)),
        masterKey,
      );
      // After what happened before it in the same batch.
      await eraseDeliveries(
        db,
        partition,
        ofType(events, 'InteractionDeleted').map(interactionOf),
        ofType(events, 'SessionDeleted').map(({ streamId }) => streamId),
      );
      await wakeEndpoints(
        db,
        partition,
        ofType(events, 'ServiceUpdated').map(({ streamId }) => streamId),
      );
      const reason = String(events.at(-1)?.position ?? 0);
      await queue.add(serviceSids.map((serviceSid) => newDeliveryJob({ partition, serviceSid }, reason)));
    },
  };
}

function ofType(events: readonly RecordedEvent[], type: (typeof types)[number]): RecordedEvent[] {
  return events.filter(({ event }) => event.type === type);
}

/** By its type. */
function interactionOf({ event }: RecordedEvent): string {
  return (event.data as { readonly interactionSid: string }).interactionSid;
}
