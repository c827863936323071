import { isDeepStrictEqual } from 'node:util';
import type { Fold } from '#event-store';
import type { FoldedTable } from '../folded-table.js';

/** Where a row is not what the log says. It names columns, never what is in them. */
export interface RowDifference {
  readonly table: string;
  readonly sid: string;
  readonly kind: 'missing' | 'surplus' | 'different';
  readonly columns: readonly string[];
}

type Row = Readonly<Record<string, unknown>> & { readonly sid: string };

/** Holds rows against folds of the same streams, both in the order of their ids. */
export function* compareRows(
  table: FoldedTable,
  folds: readonly Fold<object | null>[],
  rows: readonly Row[],
): Generator<RowDifference> {
  const live = new Map(rows.map((row) => [row.sid, row]));
  for (const { streamId: sid, state } of folds) {
    const row = live.get(sid) ?? null;
    live.delete(sid);
    if (state === null) {
      if (row !== null) yield { table: table.name, sid, kind: 'surplus', columns: [] };
    } else if (row === null) {
      yield { table: table.name, sid, kind: 'missing', columns: [] };
    } else {
      const columns = differentColumns(table, state, row);
      if (columns.length > 0) yield { table: table.name, sid, kind: 'different', columns };
    }
  }
  for (const sid of live.keys()) yield { table: table.name, sid, kind: 'surplus', columns: [] };
}

function differentColumns({ derived }: FoldedTable, expected: object, row: Row): string[] {
  const values = expected as Readonly<Record<string, unknown>>;
  return Object.keys(row).filter(
    (column) =>
      column !== 'partition' &&
      derived[column] === undefined &&
      !(values[column] === row[column] || isDeepStrictEqual(values[column], row[column])),
  );
}
