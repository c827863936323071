import { types } from 'node:util';
import { isPassing, sqlState } from '#platform';

/** Mistakes of our own, by name. */
const mistakes = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'DomainError']);

/**
 * Whether the same statement may succeed when sent again. What is neither PostgreSQL's word nor a mistake of our own
 * comes from the connection (refused by every address of a host, reset, timed out): whether the statement took effect is
 * unknown then, and sending it again tells.
 *
 * Not the same as the API's `isDatabaseAway`: this judges what a statement threw, where only the connection is left; that one
 * meets every error there is and may call away only what it knows for sure.
 */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return isPassing(state);
  return types.isNativeError(error) && !mistakes.has(error.name);
}
