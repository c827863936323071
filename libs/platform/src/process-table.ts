import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isErrno } from './errno.js';

const hasProc = process.platform === 'linux';

/**
 * When a process began, as a text to compare, or null when it is gone. A pid alone names nobody for long:
 * it is given out again, at once after a reboot or in a restarted container.
 */
export function processStart(pid: number): string | null {
  if (!hasProc) return askPs(pid, 'lstart');
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; state and the rest follow the last one.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[18] ?? ''}`;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return null;
    throw error;
  }
}

/** The processes of PostgreSQL that work in a data directory; `postmaster` is the pid in its lock file, if any. */
export function postgresProcesses(dataDirectory: string, postmaster: number | null): number[] {
  if (hasProc) return readdirSync('/proc').filter(worksIn(dataDirectory)).map(Number);
  const command = postmaster === null ? null : askPs(postmaster, 'command');
  return postmaster !== null && command?.includes('postgres') ? [postmaster] : [];
}

/** PostgreSQL changes into its data directory, and so do all its children. */
function worksIn(directory: string): (entry: string) => boolean {
  return (entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readlinkSync(`/proc/${entry}/cwd`) === directory;
    } catch {
      // Gone meanwhile, or another user's, which PostgreSQL of ours is not.
      return false;
    }
  };
}

function askPs(pid: number, column: string): string | null {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}
