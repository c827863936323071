import {
  phoneNumberStream,
  serviceStream,
  sessionStream,
  shortCodeStream,
  type DomainEvent,
  type Stream,
} from '#domain';
import {
  anyChildProjector,
  anyProjector,
  type ChildProjector,
  type InlineProjector,
  type Projected,
  type Projector,
} from '#event-store';
import { foldChildren, foldRow, type Folding } from './folding.js';
import { phoneNumberProjector, shortCodeProjector } from './phone-number/phone-number.projector.js';
import { serviceProjector } from './service/service.projector.js';
import { interactionProjector } from './session/interaction.projector.js';
import { participantProjector } from './session/participant.projector.js';
import { sessionProjector } from './session/session.projector.js';

/** A table that is nothing but a fold of the log, so that it can be made again and held against it. */
export interface FoldedTable {
  readonly name: string;
  /** The two letters that the ids of its streams start with. */
  readonly prefix: string;
  readonly category: string;
  /** The event types that it is made of. */
  readonly types: readonly string[];
  readonly projector: InlineProjector;
  /** The column that holds the id of the stream, and what must be said as well to take its index (migration 0008). */
  readonly streamColumn: string;
  readonly listed: string;
  /** All rows of a stream at once. */
  readonly folding: Folding;
  /** The SID of the row that an event is about; null for none. */
  rowOf(projected: Projected): string | null;
  /** The event after which a stream has no rows below it, for a table of those. */
  readonly endsWith: string | null;
  /** Columns that no event speaks of, and the column whose value they start with. */
  readonly derived: Readonly<Record<string, string>>;
  /** Its rows tell about people: without the master key they cannot be made. */
  readonly isPersonal: boolean;
}

/** A stream has one row. */
function rowTable<
  State extends { readonly status: string },
  Event extends DomainEvent,
  Row extends { readonly sid: string },
>(
  { prefix, category }: Stream<State, Event>,
  typed: Projector<Event, Row>,
  derived: FoldedTable['derived'] = {},
): FoldedTable {
  const projector = anyProjector(typed);
  return {
    name: projector.table,
    prefix,
    category,
    types: Object.keys(typed.on),
    projector,
    streamColumn: 'sid',
    listed: 'true',
    folding: foldRow(projector),
    rowOf: ({ streamId }) => streamId,
    endsWith: null,
    derived,
    isPersonal: false,
  };
}

/** A stream has any number of rows, which tell about people. */
function childTable<
  State extends { readonly status: string },
  Event extends DomainEvent,
  Row extends { readonly sid: string },
>({ prefix, category }: Stream<State, Event>, typed: ChildProjector<Event, Row>): FoldedTable {
  const projector = anyChildProjector(typed);
  const steps: Readonly<Record<string, unknown>> = typed.on;
  return {
    name: projector.table,
    prefix,
    category,
    types: Object.keys(steps).filter((type) => steps[type] !== null || type === typed.endsWith),
    projector,
    streamColumn: projector.parentColumn,
    listed: `date_created > '-infinity'`,
    folding: foldChildren(projector),
    rowOf: ({ event }) => projector.rowOf(event),
    endsWith: projector.endsWith,
    derived: {},
    isPersonal: true,
  };
}

export const serviceTable = rowTable(serviceStream, serviceProjector);

export const phoneNumberTable = rowTable(phoneNumberStream, phoneNumberProjector);

export const shortCodeTable = rowTable(shortCodeStream, shortCodeProjector);

/** A timer may stand earlier than the deadline, which saves index writes; a fresh one stands on it. */
export const sessionTable = rowTable(sessionStream, sessionProjector, {
  timer_at: 'expires_at',
});

export const participantTable = childTable(sessionStream, participantProjector);

export const interactionTable = childTable(sessionStream, interactionProjector);

export const foldedTables: readonly FoldedTable[] = [
  serviceTable,
  phoneNumberTable,
  shortCodeTable,
  sessionTable,
  participantTable,
  interactionTable,
];

/** By category: the rows that are written in the transaction of their events. */
export const inlineProjectors: Readonly<Record<string, readonly InlineProjector[]>> = Object.fromEntries(
  foldedTables.map(({ category }) => [
    category,
    foldedTables.filter((table) => table.category === category).map(({ projector }) => projector),
  ]),
);

/** The table in which a stream of this kind has one row; null when there is none. */
export function ownTable(category: string): FoldedTable | null {
  return foldedTables.find((table) => table.category === category && !table.projector.isChild) ?? null;
}

/** The tables that hold the rows below a stream of this kind, such as the participants of a session. */
export function tablesBelow(category: string): readonly FoldedTable[] {
  return foldedTables.filter((table) => table.category === category && table.projector.isChild);
}

export function findFoldedTable(name: string): FoldedTable | null {
  return foldedTables.find((table) => table.name === name) ?? null;
}
