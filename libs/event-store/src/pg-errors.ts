import { types } from 'node:util';

const retryableStates = [
  /^08/, // the connection broke
  /^40001$/, // serialization failure
  /^40P01$/, // deadlock
  /^55P03$/, // lock not available within lock_timeout
  /^57P0/, // the server stops or starts
  /^57014$/, // statement_timeout
  /^53300$/, // too many connections
];

/** The SQLSTATE of an error that PostgreSQL itself reported, else null. */
export function sqlState(error: unknown): string | null {
  if (!types.isNativeError(error) || !('severity' in error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Mistakes of our own, by name. */
const mistakes = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'DomainError']);

/**
 * Whether the same statement may succeed when sent again. What is neither PostgreSQL's word nor a mistake of our own
 * comes from the connection (refused by every address of a host, reset, timed out): whether the statement took effect is
 * unknown then, and sending it again tells.
 */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return retryableStates.some((retryable) => retryable.test(state));
  return types.isNativeError(error) && !mistakes.has(error.name);
}
