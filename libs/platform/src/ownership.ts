import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from './errno.js';
import { processStart } from './process-table.js';
import { StartError } from './start-error.js';

/**
 * Makes this process the one that uses a directory, and answers how to give it back. A directory whose owner
 * died, killed or with its machine, is taken over; one that a live process uses is refused.
 */
export function takeOwnership(directory: string): () => void {
  const file = join(directory, 'owner');
  const draft = `${file}.${process.pid}`;
  const mine = `${process.pid} ${processStart(process.pid) ?? ''}\n`;
  writeFileSync(draft, mine);
  try {
    // A link appears with its content or not at all, and only for one of several that try.
    while (!tryLink(draft, file)) {
      const holder = tryRead(file);
      if (holder === null) continue;
      const pid = livePid(holder);
      if (pid !== null) throw new StartError(`another Maskline (pid ${pid}) uses ${directory}`);
      moveAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (tryRead(file) === mine) rmSync(file, { force: true });
  };
}

/** Of two starters that saw the same dead owner, the slower one may have moved the quicker one's: it is put back. */
function moveAside(file: string, holder: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  if (tryRead(aside) !== holder) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function livePid(holder: string): number | null {
  const [pid = '', start = ''] = holder.trim().split(/ (.*)/);
  return /^\d+$/.test(pid) && processStart(Number(pid)) === start ? Number(pid) : null;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

function tryRead(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}
