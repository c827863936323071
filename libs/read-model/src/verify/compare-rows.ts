import { isDeepStrictEqual } from 'node:util';
import type { Fold } from '#event-store';
import type { FoldedTable } from '../folded-table.js';
import type { Folded, FoldedRow } from '../folding.js';

/** Where a row is not what the log says. It names columns, never what is in them. */
export interface RowDifference {
  readonly table: string;
  readonly sid: string;
  readonly kind: 'missing' | 'surplus' | 'different';
  readonly columns: readonly string[];
}

/** Holds rows against folds of the same streams. */
export function* compareRows(
  table: FoldedTable,
  folds: readonly Fold<Folded>[],
  rows: readonly FoldedRow[],
): Generator<RowDifference> {
  const live = new Map(rows.map((row) => [row.sid, row]));
  for (const { state } of folds) {
    for (const expected of table.folding.rowsOf(state)) {
      const { sid } = expected;
      const row = live.get(sid);
      live.delete(sid);
      if (row === undefined) yield { table: table.name, sid, kind: 'missing', columns: [] };
      else {
        const columns = differentColumns(table, expected, row);
        if (columns.length > 0) yield { table: table.name, sid, kind: 'different', columns };
      }
    }
  }
  for (const sid of live.keys()) yield { table: table.name, sid, kind: 'surplus', columns: [] };
}

function differentColumns({ derived }: FoldedTable, expected: FoldedRow, row: FoldedRow): string[] {
  return Object.keys(row).filter(
    (column) =>
      column !== 'partition' &&
      derived[column] === undefined &&
      !(expected[column] === row[column] || isDeepStrictEqual(expected[column], row[column])),
  );
}
