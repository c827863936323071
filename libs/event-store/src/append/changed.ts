import { DomainError } from '#domain';
import type { EventContext } from '../event-context.js';
import { noChildren, type RowsBySid, type RowsByTable } from '../load/current.js';

/** What became of a command. */
export interface Changed {
  readonly sid: string;
  readonly version: number;
  /** True when the command id was known: this is the first outcome, nothing was written now. */
  readonly isDuplicate: boolean;
  /** The stream's read-model rows by table as this command left them, also if it left them as they were; empty for a duplicate. */
  readonly rows: RowsByTable;
  /** The same of the rows below it that the command wrote or asked for, by their SIDs: null for one that is not there. */
  readonly children: RowsBySid;
}

/** The first outcome of a command that is known already; null when it is not. */
export function firstOutcome(
  command: { readonly sid: string; readonly version: number; readonly fingerprint: string | null } | null,
  { idempotency }: EventContext,
): Changed | null {
  if (command === null || idempotency === null) return null;
  if (command.fingerprint !== idempotency.fingerprint) {
    throw new DomainError('idempotency-key-reused', 'the idempotency key was used with another request');
  }
  return { sid: command.sid, version: command.version, isDuplicate: true, rows: {}, children: noChildren };
}
