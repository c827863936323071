import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/**
 * The shell holds the reading end of a pipe to us. A watcher, forked twice so that the program never sees it
 * as a child, waits for its end, which comes when we close it and also when we are killed with SIGKILL,
 * and then stops the program, which the shell has become by `exec`.
 */
const SCRIPT = `
signal=$1; shift
exec 3<&0 </dev/null
( ( while read -r _ <&3; do :; done; kill -"$signal" $$ ) >/dev/null 2>&1 & )
exec 3<&-
exec "$@"`;

export interface SupervisedOptions {
  /** What the program gets when its owner goes, e.g. `INT`. */
  readonly stopSignal: 'INT' | 'TERM' | 'KILL';
  /** The user to run as; needs root. */
  readonly user?: { readonly uid: number; readonly gid: number } | null;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export type SupervisedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts a program that never outlives this process, however this process ends. It has a session of its own:
 * Ctrl-C in the terminal reaches only us, so that we stop things in order. Closing its stdin stops it.
 */
export function spawnSupervised(
  command: string,
  args: readonly string[],
  { stopSignal, user = null, env = {}, cwd = '/' }: SupervisedOptions,
): SupervisedProcess {
  return spawn('/bin/sh', ['-c', SCRIPT, 'sh', stopSignal, command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    cwd,
    env,
    ...user,
  });
}
