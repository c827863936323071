import type { Queryable } from '../queryable.js';
import { eventColumns, recordedEvent, type EventRow, type RecordedEvent } from '../recorded-event.js';
import type { Upcasters } from '../upcasters.js';
import { noteSkipped } from './skipped-event.js';

/** An event that a subscription could not handle, and the name of the error. */
export interface Suspect {
  readonly event: RecordedEvent;
  readonly error: string;
}

/** A parked stream of which somebody has asked something. */
export interface AskedLetter {
  readonly id: number;
  readonly streamId: string;
  readonly version: number;
  readonly wanted: 'retry' | 'skip';
}

interface Place {
  readonly name: string;
  readonly partition: number;
}

const load = `select stream_id from maskline.dead_letter where partition = $1 and subscription = $2`;

const park = `
  insert into maskline.dead_letter
    (partition, subscription, stream_id, version, position, event_id, type, error, failures, wanted, wanted_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 'retry', 'system')`;

const asked = `
  select id, stream_id as "streamId", version, wanted from maskline.dead_letter
  where partition = $1 and subscription = $2 and wanted is not null order by id limit 100`;

const waiting = `
  select ${eventColumns('event')} from maskline.event
  where partition = $1 and stream_id = $2 and version >= $3 and position <= $4
    and ($5::text[] is null or type = any($5::text[]))
  order by version limit $6`;

const skip = `
  update maskline.dead_letter d set wanted = 'retry', version = d.version + 1
  from maskline.dead_letter o where o.id = d.id and d.id = $1 and d.wanted = 'skip'
  returning d.partition, o.event_id as "eventId", o.stream_id as "streamId", o.version, o.position, o.type, o.error,
    coalesce(o.reason, '') as reason, coalesce(o.wanted_by, '') as by`;

const pass = `update maskline.dead_letter set version = $2 where id = $1`;

const fail = `
  update maskline.dead_letter
  set version = $2, position = $3, event_id = $4, type = $5, error = $6, failures = failures + 1,
    wanted = null, reason = null, wanted_by = null
  where id = $1`;

const remove = `delete from maskline.dead_letter where id = $1`;

type SkippedLetter = Parameters<typeof noteSkipped>[2] & { readonly reason: string; readonly by: string };

/**
 * The streams that one reader has set aside. Only the holder of the lease adds and removes them, so what it has in memory
 * is what the table says; others only ask.
 */
export class ParkedStreams {
  readonly #ids = new Set<string>();

  constructor(private readonly place: Place) {}

  get size(): number {
    return this.#ids.size;
  }

  has(streamId: string): boolean {
    return this.#ids.has(streamId);
  }

  /** To be done with every lease. */
  async load(db: Queryable): Promise<void> {
    const { name, partition } = this.place;
    const { rows } = await db.query<{ stream_id: string }>({
      name: 'load-parked',
      text: load,
      values: [partition, name],
    });
    this.#ids.clear();
    for (const { stream_id } of rows) this.#ids.add(stream_id);
  }

  /**
   * In the transaction that moves the checkpoint past them; `remember` follows its commit. Each is tried once more at once: an
   * outage may just have ended.
   */
  async park(tx: Queryable, suspects: readonly Suspect[]): Promise<void> {
    const { name, partition } = this.place;
    for (const { event, error } of suspects) {
      const { streamId, version, position, eventId } = event;
      const values = [partition, name, streamId, version, position, eventId, event.event.type, error];
      await tx.query({ name: 'park-stream', text: park, values });
    }
  }

  remember(suspects: readonly Suspect[]): void {
    for (const { event } of suspects) this.#ids.add(event.streamId);
  }

  /** What people have asked for since. */
  async asked(db: Queryable): Promise<AskedLetter[]> {
    if (this.size === 0) return [];
    const { name, partition } = this.place;
    const { rows } = await db.query<AskedLetter>({
      name: 'asked-letters',
      text: asked,
      values: [partition, name],
    });
    return rows;
  }

  /** The events of a parked stream that the checkpoint has passed, in order. */
  async waiting(
    db: Queryable,
    streamId: string,
    range: { readonly from: number; readonly until: number; readonly types: readonly string[] | null },
    limit: number,
    upcasters: Upcasters,
  ): Promise<RecordedEvent[]> {
    const { from, until, types } = range;
    const values = [this.place.partition, streamId, from, until, types === null ? null : [...types], limit];
    const { rows } = await db.query<EventRow>({ name: 'read-parked', text: waiting, values });
    return rows.map((row) => recordedEvent(row, upcasters));
  }

  /** Passes the event of a letter by, accountably. */
  async skip(tx: Queryable, id: number): Promise<void> {
    const { rows } = await tx.query<SkippedLetter>({ name: 'skip-letter', text: skip, values: [id] });
    const [letter] = rows;
    if (letter !== undefined) await noteSkipped(tx, this.place.name, letter, letter);
  }

  /** The event before `version` is handled. */
  async passed(db: Queryable, id: number, version: number): Promise<void> {
    await db.query({ name: 'pass-letter', text: pass, values: [id, version] });
  }

  /** It stands at this event now. */
  async failed(db: Queryable, id: number, { event, error }: Suspect): Promise<void> {
    const { version, position, eventId } = event;
    const values = [id, version, position, eventId, event.event.type, error];
    await db.query({ name: 'fail-letter', text: fail, values });
  }

  /** Nothing of the stream waits any more. `forget` follows the commit. */
  async release(tx: Queryable, id: number): Promise<void> {
    await tx.query({ name: 'release-letter', text: remove, values: [id] });
  }

  forget(streamId: string): void {
    this.#ids.delete(streamId);
  }
}
