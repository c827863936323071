/** SQLSTATEs of a server that starts, stops, is full, or took too long: a later try may succeed. */
const AWAY_STATES = /^(?:08|57P0|57014$|53300$|55P03$)/;
/** What the driver says, without a code, when it waited in vain or lost its connection. */
const AWAY_MESSAGES = /^(?:timeout exceeded when trying to connect|Connection terminated|Query read timeout)/;

/** Whether an error only means that the database cannot be reached now: no fault of ours, and none of the caller. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'connect' || code === 'ECONNRESET' || code === 'EPIPE') return true;
  return AWAY_STATES.test(code ?? '') || AWAY_MESSAGES.test(error.message);
}
