import type { Changed } from '#event-store';
import type {
  InteractionRow,
  ParticipantRow,
  PhoneNumberRow,
  ServiceRow,
  SessionRow,
  ShortCodeRow,
} from '#read-model';

interface Rows {
  service: ServiceRow;
  phone_number: PhoneNumberRow;
  short_code: ShortCodeRow;
  session: SessionRow;
}

/** The rows below a stream, by the first letters of their SIDs. */
interface Children {
  KP: ParticipantRow;
  KI: InteractionRow;
}

/**
 * The row as the command itself left it. Read again it might be what others have made of it since, which is no answer
 * to this command. Null for a command that was known already: then it is shown what has become of the row.
 */
export function writtenRow<Table extends keyof Rows>(changed: Changed, table: Table): Rows[Table] | null {
  // The store holds rows of every table; the projector of this one made it.
  return (changed.rows[table] ?? null) as Rows[Table] | null;
}

/** The same of a row below the stream. */
export function writtenChild<Prefix extends keyof Children>(
  changed: Changed,
  prefix: Prefix,
  sid: string,
): Children[Prefix] | null {
  if (!sid.startsWith(prefix)) throw new Error(`a ${prefix} SID is wanted`);
  // A SID is of one table only, and that table's projector made the row.
  return (changed.children.get(sid) ?? null) as Children[Prefix] | null;
}
