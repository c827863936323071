import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** The operating system's user that PostgreSQL runs as; null when it is our own. */
export type DatabaseUser = { readonly uid: number; readonly gid: number } | null;

/** `nobody` on Linux. On others it is as good as any: it needs no entry in /etc/passwd, only not to be root. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };

/** PostgreSQL refuses to run as root: then it runs as whoever owns its data, at first as nobody. */
export function databaseUser(dataDirectory: string): DatabaseUser {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(dataDirectory, { throwIfNoEntry: false });
  return owner === undefined || owner.uid === 0 ? UNPRIVILEGED : { uid: owner.uid, gid: owner.gid };
}

/** Whether the user gets into the directory: a closed home above it may keep everyone else out. */
export function canEnter(directory: string, user: DatabaseUser): boolean {
  return succeeds('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], user);
}

export function succeeds(command: string, args: readonly string[], user: DatabaseUser): boolean {
  return spawnSync(command, args, { cwd: '/', env: {}, stdio: 'ignore', ...user }).status === 0;
}
