import { types } from 'node:util';

/** Whether an error of the operating system carries one of these codes (ENOENT, EADDRINUSE, …). */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'code' in error && codes.includes(String(error.code));
}

/** The path that cannot be used, and why, where the operator can mend it. */
export function unusablePath(error: unknown): { readonly path: string; readonly reason: string } | null {
  if (!isErrno(error, ...Object.keys(reasons)) || error.path === undefined) return null;
  return { path: error.path, reason: reasons[error.code ?? ''] ?? '' };
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  ENOTDIR: 'a part of the path is no directory',
  EEXIST: 'there is a file in its place',
};
