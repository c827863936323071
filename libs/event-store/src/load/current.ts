import type { KeyObject } from 'node:crypto';
import type { DomainEvent, Stream } from '#domain';
import type { WrappedKeys } from '../personal-data/subject-keys.js';
import type { InlineProjector } from '../projection/projector.js';
import type { Queryable } from '../queryable.js';
import { readStream } from '../read/read-stream.js';
import type { RecordedEvent } from '../recorded-event.js';
import { newerThanUs, type Upcasters } from '../upcasters.js';
import type { Loaded } from './load.js';

/** What every state of an aggregate has. */
export interface Aggregate {
  readonly status: string;
}

/** The read-model rows of one stream, by table. */
export type RowsByTable = Readonly<Record<string, object | null>>;

/** Rows below a stream, as far as they are known: null for one that is not there. */
export type RowsBySid = ReadonlyMap<string, object | null>;

export const noChildren: RowsBySid = new Map();

/** A stream as a decision sees it. */
export interface Current<State> {
  /** 0: the stream does not exist. */
  readonly version: number;
  readonly state: State;
  readonly rows: RowsByTable;
  /** Of the rows below it, those that were asked for. */
  readonly children: RowsBySid;
  readonly now: string;
  /** Set when `now` was reckoned without asking: append takes no decision of that time from then on. */
  readonly goodUntil: string | null;
  /** Set when the stream above was recalled without asking: append takes the decision only at this version of it. */
  readonly parentVersion: number | null;
  /** Of a stream with personal fields, as far as they were asked for. */
  readonly keys: WrappedKeys;
}

/** What is needed to read a stream back. */
export interface Reading {
  readonly db: Queryable;
  readonly projectors: Readonly<Record<string, readonly InlineProjector[]>>;
  readonly upcasters: Upcasters;
  /** Opens the keys of personal fields. */
  readonly masterKey: KeyObject;
}

/** Makes of what was loaded what a decision needs. A state of another schema is not used: the events are folded instead. */
export async function currentOf<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  place: { readonly partition: number; readonly streamId: string },
  loaded: Loaded,
  reading: Reading,
): Promise<Current<State>> {
  const { now, stream: row, keys } = loaded;
  const projectors = reading.projectors[stream.category] ?? [];
  const children = childrenOf(projectors, loaded);
  const seen = { now, goodUntil: null, parentVersion: null, keys, children };
  if (row === null) return { ...seen, version: 0, state: stream.initial, rows: {} };
  const { version } = row;
  if (row.status === 'deleted') {
    if (stream.deleted === null) throw newerThanUs();
    return { ...seen, version, state: stream.deleted, rows: {} };
  }
  const rows: Record<string, object | null> = {};
  for (const projector of projectors) {
    if (!projector.isChild) rows[projector.table] = projector.read(loaded.rows[projector.table] ?? null);
  }
  if (row.stateSchema !== stream.stateSchema) {
    return { ...seen, version, state: await foldStream(stream, place, version, reading), rows };
  }
  // The state was written by this stream's own evolve, under the same schema number.
  return { ...seen, version, state: row.state as State, rows };
}

/** Every row that was asked for, by its SID. */
function childrenOf(
  projectors: readonly InlineProjector[],
  { children: { asked, rows } }: Pick<Loaded, 'children'>,
): RowsBySid {
  if (asked.length === 0) return noChildren;
  const children = new Map<string, object | null>(asked.map((sid) => [sid, null]));
  for (const projector of projectors) {
    if (!projector.isChild) continue;
    for (const row of rows[projector.table] ?? []) children.set(row.sid, projector.read(row));
  }
  return children;
}

async function foldStream<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  place: { readonly partition: number; readonly streamId: string },
  upTo: number,
  { db, upcasters, masterKey }: Reading,
): Promise<State> {
  let state = stream.initial;
  for await (const recorded of readStream(db, place, upcasters, { masterKey })) {
    state = evolved(stream, state, recorded);
    if (recorded.version === upTo) break;
  }
  return state;
}

/** The state after one more event of the log. A type that `evolve` does not know was written by a newer version. */
export function evolved<State extends Aggregate, Event extends DomainEvent>(
  stream: Stream<State, Event>,
  state: State,
  { event, occurredAt }: RecordedEvent,
): State {
  // The stream's own events, lifted to today's shape, as far as this version knows.
  const after = stream.evolve(state, event as Event, occurredAt) as State | undefined;
  if (after === undefined) throw newerThanUs();
  return after;
}
