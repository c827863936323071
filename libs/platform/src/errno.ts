import { types } from 'node:util';

/** Whether an error of the operating system carries one of these codes (ENOENT, EADDRINUSE, …). */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'code' in error && codes.includes(String(error.code));
}
