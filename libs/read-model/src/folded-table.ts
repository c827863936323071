import { serviceStream, sessionStream, type DomainEvent, type Stream } from '#domain';
import { anyProjector, type AnyProjector, type Projector } from '#event-store';
import { serviceProjector } from './service/service.projector.js';
import { sessionProjector } from './session/session.projector.js';

/** A table that is nothing but a fold of the log, so that it can be made again and held against it. */
export interface FoldedTable {
  readonly name: string;
  /** The two letters that the ids of its streams start with. */
  readonly prefix: string;
  readonly category: string;
  readonly projector: AnyProjector;
  /** The event types that it is made of. */
  readonly types: readonly string[];
  /** Columns that no event speaks of, and the column whose value they start with. */
  readonly derived: Readonly<Record<string, string>>;
}

function foldedTable<
  State extends { readonly status: string },
  Event extends DomainEvent,
  Row extends { readonly sid: string },
>(
  { prefix, category }: Stream<State, Event>,
  projector: Projector<Event, Row>,
  derived: FoldedTable['derived'] = {},
): FoldedTable {
  const types = Object.keys(projector.on);
  return {
    name: projector.table,
    prefix,
    category,
    projector: anyProjector(projector),
    types,
    derived,
  };
}

export const serviceTable = foldedTable(serviceStream, serviceProjector);

/** A timer may stand earlier than the deadline, which saves index writes; a fresh one stands on it. */
export const sessionTable = foldedTable(sessionStream, sessionProjector, {
  timer_at: 'expires_at',
});

export const foldedTables: readonly FoldedTable[] = [serviceTable, sessionTable];

/** By category: the rows that are written in the transaction of their events. */
export const inlineProjectors: Readonly<Record<string, readonly AnyProjector[]>> = Object.fromEntries(
  foldedTables.map(({ category, projector }) => [category, [projector]]),
);

export function findFoldedTable(name: string): FoldedTable | null {
  return foldedTables.find((table) => table.name === name) ?? null;
}
