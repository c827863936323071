import type { KeyObject } from 'node:crypto';
import type { DomainEvent } from '#domain';
import { statement } from '#platform';
import { openSealed } from '../personal-data/open-sealed.js';
import type { Queryable } from '../queryable.js';
import { eventColumns, recordedEvent, type EventRow, type RecordedEvent } from '../recorded-event.js';
import type { Upcasters } from '../upcasters.js';
import { relayNameOf } from './consumer-registry.js';

const next = statement(
  'read-ordered',
  `select ${eventColumns('e')}
  from maskline.consumer c
  join maskline.subscription s on s.name = ${relayNameOf('c')} and s.partition = $2
  cross join lateral (
    select * from maskline.event e
    where e.partition = $2 and e.stream_id = $3 and e.version > $4 and e.version <= $5 and e.position > s.started
      and ($6::text[] is null or e.type = any($6::text[])) and (c.types is null or e.type = any(c.types))
      and not exists (
        select from maskline.skipped_event k
        where k.partition = e.partition and k.reader = 'consumer:' || c.name and k.event_id = e.event_id
      )
    order by e.version limit 1
  ) e
  where c.name = $1`,
);

/**
 * The first event of a stretch of a stream that a consumer was registered for, whose type is among these, and that nobody has
 * told it to skip.
 */
export async function readOrdered<Event extends DomainEvent>(
  db: Queryable,
  consumer: string,
  range: {
    readonly partition: number;
    readonly streamId: string;
    readonly after: number;
    readonly until: number;
    /** Null for all that it was registered for. */
    readonly types: readonly Event['type'][] | null;
  },
  upcasters: Upcasters,
  /** Opens personal fields; without it they come as they lie in the log. */
  masterKey: KeyObject | null = null,
): Promise<RecordedEvent<Event> | null> {
  const { partition, streamId, after, until, types } = range;
  const { rows: found } = await db.query<EventRow>(
    next(consumer, partition, streamId, after, until, types === null ? null : [...types]),
  );
  const [row] = masterKey === null ? found : await openSealed(db, found, masterKey);
  // The log holds the data of the type, and only these types were asked for.
  return row === undefined ? null : (recordedEvent(row, upcasters) as RecordedEvent<Event>);
}

const unordered = `
  select from maskline.consumer c join maskline.subscription s on s.name = ${relayNameOf('c')}
  where c.name = $1 and s.started is null limit 1`;

/** Whether a consumer was registered before it was kept from where on, so that nobody can tell which of its events come first. */
export async function hasUnknownStart(db: Queryable, consumer: string): Promise<boolean> {
  const { rows } = await db.query({ name: 'unknown-start', text: unordered, values: [consumer] });
  return rows.length > 0;
}
