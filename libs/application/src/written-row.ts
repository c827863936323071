import type { Changed } from '#event-store';
import type { ServiceRow, SessionRow } from '#read-model';

interface Rows {
  service: ServiceRow;
  session: SessionRow;
}

/**
 * The row as the command itself wrote it, which saves reading it again. Null for a command that wrote nothing, be it
 * that it was known already or that nothing was to change: then the row must be read.
 */
export function writtenRow<Table extends keyof Rows>(changed: Changed, table: Table): Rows[Table] | null {
  // The store holds rows of every table; the projector of this one made it.
  return (changed.rows[table] ?? null) as Rows[Table] | null;
}
