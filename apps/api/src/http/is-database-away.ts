import { isPassing, sqlState } from '#platform';

/** What the driver says, without a code, when it waited in vain or lost its connection. */
const AWAY_MESSAGES =
  /^(?:timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error)/;

/** Whether an error only means that the database cannot be reached now: no fault of ours, and none of the caller. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== null) return isPassing(state);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'connect' || code === 'ECONNRESET' || code === 'EPIPE') return true;
  return AWAY_MESSAGES.test(error.message);
}
