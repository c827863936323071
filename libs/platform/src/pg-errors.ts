import { types } from 'node:util';

/** What a later try may not meet again. */
const passingStates = [
  /^08/, // the connection broke
  /^40001$/, // serialization failure
  /^40P01$/, // deadlock
  /^55P03$/, // lock not available within lock_timeout
  /^57P0/, // the server stops or starts
  /^57014$/, // statement_timeout
  /^53[0-3]00$/, // too little of something: disk, memory, connections
];

/** The SQLSTATE of an error that PostgreSQL itself reported, else null. */
export function sqlState(error: unknown): string | null {
  if (!types.isNativeError(error) || !('severity' in error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Whether PostgreSQL's word, as SQLSTATE, is about the moment and not about what was asked. */
export function isPassing(state: string): boolean {
  return passingStates.some((passing) => passing.test(state));
}
