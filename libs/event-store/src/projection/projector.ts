import type { DomainEvent } from '#domain';
import { isoTime } from '../iso-time.js';

/** What a projector may see of an event: nothing that a rebuild could give otherwise. */
export interface Projected<Event extends DomainEvent = DomainEvent> {
  readonly streamId: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly event: Event;
}

/**
 * A pure fold of a stream's events into one row of a table, complete by type: for each event type, the row before to the
 * row after, null for no row. The same projector serves inline writes, rebuild, verification and "as of" reads.
 */
export interface Projector<Event extends DomainEvent, Row extends { readonly sid: string }> {
  readonly table: string;
  /** The columns that hold a time. */
  readonly times: readonly (keyof Row & string)[];
  readonly on: {
    readonly [Type in Event['type']]: (
      row: Row | null,
      projected: Projected<Extract<Event, { type: Type }>>,
    ) => Row | null;
  };
}

/**
 * A pure fold of a stream's events into rows of a table below it, such as the participants of a session: each event is about
 * one row, or about none (null).
 */
export interface ChildProjector<Event extends DomainEvent, Row extends { readonly sid: string }> {
  readonly table: string;
  /** The columns that hold a time. */
  readonly times: readonly (keyof Row & string)[];
  /** The column that holds the id of the stream. */
  readonly parentColumn: keyof Row & string;
  readonly on: {
    readonly [Type in Event['type']]: ChildStep<Extract<Event, { type: Type }>, Row> | null;
  };
  /** Takes all rows of the stream away. */
  readonly endsWith: Event['type'];
}

export interface ChildStep<Event extends DomainEvent, Row> {
  /** The SID of the row that the event is about. */
  of(data: Event['data']): string;
  apply(row: Row | null, projected: Projected<Event>): Row | null;
}

/** A projector whose types only its own lib knows. */
export interface AnyProjector {
  readonly isChild: false;
  readonly table: string;
  apply(row: object | null, projected: Projected): object | null;
  /** A row as PostgreSQL's JSON writes it, in the shape that `apply` gives. */
  read(row: object | null): object | null;
}

/** The same of rows below a stream. */
export interface AnyChildProjector {
  readonly isChild: true;
  readonly table: string;
  readonly parentColumn: string;
  readonly endsWith: string;
  /** The SID of the row that an event is about; null when it is about none of this table. */
  rowOf(event: DomainEvent): string | null;
  apply(row: object | null, projected: Projected): object | null;
  read(row: object): object;
}

/** A stream has one row of its own in a table at most, and any number of rows below it in others. */
export type InlineProjector = AnyProjector | AnyChildProjector;

/** Lets the store run a projector; an event type that it does not know leaves the row as it is. */
export function anyProjector<Event extends DomainEvent, Row extends { readonly sid: string }>(
  projector: Projector<Event, Row>,
): AnyProjector {
  type Step = (row: object | null, projected: Projected) => object | null;
  // The store hands a projector only rows that it made itself and events of its own stream.
  const steps = projector.on as unknown as Readonly<Record<string, Step | undefined>>;
  return {
    isChild: false,
    table: projector.table,
    read: (row) => (row === null ? null : { ...row, ...isoTimes(row, projector.times) }),
    apply: (row, projected) => {
      const step = steps[projected.event.type];
      return step === undefined ? row : step(row, projected);
    },
  };
}

/** The same for rows below a stream. */
export function anyChildProjector<Event extends DomainEvent, Row extends { readonly sid: string }>(
  projector: ChildProjector<Event, Row>,
): AnyChildProjector {
  const { table, times, parentColumn, endsWith } = projector;
  // As above: its own rows, and events of its own stream.
  const steps = projector.on as unknown as Readonly<Record<string, ChildStep<DomainEvent, object> | null>>;
  return {
    isChild: true,
    table,
    parentColumn,
    endsWith,
    rowOf: ({ type, data }) => steps[type]?.of(data) ?? null,
    apply: (row, projected) => {
      const step = steps[projected.event.type] ?? null;
      return step === null ? row : step.apply(row, projected);
    },
    read: (row) => ({ ...row, ...isoTimes(row, times) }),
  };
}

function isoTimes(row: object, columns: readonly string[]): Record<string, string> {
  const values = row as Readonly<Record<string, unknown>>;
  const times: Record<string, string> = {};
  for (const column of columns) {
    const time = values[column];
    if (typeof time === 'string') times[column] = isoTime(time);
  }
  return times;
}
