/** Whether an error of the operating system carries one of these codes (ENOENT, EADDRINUSE, …). */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
