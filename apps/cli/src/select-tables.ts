import { StartError } from '#platform';
import { findFoldedTable, foldedTables, type FoldedTable } from '#read-model';

/** The tables of these names, or all. */
export function selectTables(names: readonly string[]): readonly FoldedTable[] {
  return names.length === 0 ? foldedTables : names.map(selectTable);
}

export function selectTable(name: string): FoldedTable {
  const table = findFoldedTable(name);
  if (table !== null) return table;
  throw new StartError(
    `there is no table ${name}: take ${foldedTables.map((known) => known.name).join(' or ')}`,
  );
}
