import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { DomainEvent, Stream } from '#domain';
import {
  EventStore,
  type Changed,
  type EventContext,
  type EventStoreOptions,
  type Given,
} from '#event-store';
import { inlineProjectors, type SessionRow } from '#read-model';

interface Aggregate {
  readonly status: string;
}

const insertEvent = `
  insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
    correlation_id, actor, request_id, occurred_at, recorded_at, data, content_hash)
  values (0, nextval('maskline.bench_position'), $1, 1, $2, 1, $3, $4, $5, $6, $7, $8, $9, now(), $10, '\\x')`;

const upsertRow = `
  insert into maskline.session (partition, sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl,
    date_started, date_ended, date_last_interaction, date_expiry, date_reopened, expires_at, timer_at, version, date_created, date_updated)
  values (0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17)
  on conflict (partition, sid) do update set status = excluded.status, closed_reason = excluded.closed_reason, ttl = excluded.ttl,
    date_started = excluded.date_started, date_ended = excluded.date_ended, date_last_interaction = excluded.date_last_interaction,
    date_expiry = excluded.date_expiry, date_reopened = excluded.date_reopened, expires_at = excluded.expires_at,
    timer_at = excluded.timer_at, version = excluded.version, date_updated = excluded.date_updated`;

/**
 * Creates sessions the usual way: a transaction of its own for each command, with begin, insert of the event, upsert of the
 * row and commit, prepared. It keeps no state, claims no name, hashes nothing, and looks a service up only once.
 */
export class UsualStore extends EventStore {
  readonly #parents = new Map<string, Promise<{ readonly state: Aggregate }>>();

  constructor(
    private readonly pool: pg.Pool,
    options: EventStoreOptions,
  ) {
    super(options);
  }

  override async create<State extends Aggregate, Event extends DomainEvent, Parent extends Aggregate>(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
    parent: { readonly stream: Stream<Parent, DomainEvent>; readonly id: string } | null,
    decide: (given: Given & { readonly parent: Parent | null }) => Event[],
  ): Promise<Changed> {
    if (parent === null) return super.create(stream, id, context, parent, decide);
    const above = this.#parents.get(parent.id) ?? super.load(parent.stream, parent.id, context.accountSid);
    this.#parents.set(parent.id, above);
    const now = new Date().toISOString();
    // The map holds streams of any kind, each under an id that only its own kind has.
    const events = decide({ now, parent: (await above).state as Parent });
    const [event] = events;
    if (event === undefined || events.length > 1) throw new Error('measured is the creation by one event');
    const projected = { streamId: id, version: 1, occurredAt: now, event };
    // The projector of this table makes rows of this shape.
    const row = inlineProjectors['session']?.[0]?.apply(null, projected) as SessionRow;
    await this.#write(id, context, event, row);
    return { sid: id, version: 1, isDuplicate: false, rows: { session: row }, children: new Map() };
  }

  async #write(id: string, context: EventContext, event: DomainEvent, row: SessionRow): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      await client.query({
        name: 'insert-event',
        text: insertEvent,
        values: [
          ...[
            id,
            event.type,
            randomUUID(),
            context.accountSid,
            randomUUID(),
            context.correlationId,
            context.actor,
          ],
          ...[context.requestId, row.date_created, JSON.stringify(event.data)],
        ],
      });
      await client.query({
        name: 'upsert-row',
        text: upsertRow,
        values: [
          ...[
            row.sid,
            row.account_sid,
            row.service_sid,
            row.unique_name,
            row.status,
            row.closed_reason,
            row.mode,
          ],
          ...[row.ttl, row.date_started, row.date_ended, row.date_last_interaction, row.date_expiry],
          ...[row.date_reopened, row.expires_at, row.version, row.date_created, row.date_updated],
        ],
      });
      await client.query('commit');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}
