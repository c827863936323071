import type { Changed } from '#event-store';
import type { PhoneNumberRow, ServiceRow, SessionRow, ShortCodeRow } from '#read-model';

interface Rows {
  service: ServiceRow;
  phone_number: PhoneNumberRow;
  short_code: ShortCodeRow;
  session: SessionRow;
}

/**
 * The row as the command itself left it. Read again it might be what others have made of it since, which is no answer
 * to this command. Null for a command that was known already: then it is shown what has become of the row.
 */
export function writtenRow<Table extends keyof Rows>(changed: Changed, table: Table): Rows[Table] | null {
  // The store holds rows of every table; the projector of this one made it.
  return (changed.rows[table] ?? null) as Rows[Table] | null;
}
