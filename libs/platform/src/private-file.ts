import { chmodSync, existsSync, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isErrno } from './errno.js';

/**
 * Writes a file that only its owner may read, unless it exists. The content appears under the name all at
 * once, so that neither a second process nor a start after a crash meets half of it.
 */
export function writeOnce(file: string, content: string): void {
  if (existsSync(file)) {
    // A copy or an unpacked archive may have opened it for others.
    chmodSync(file, 0o600);
    return;
  }
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Writes such a file in the place of what is there. */
export function writeAnew(file: string, content: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, file);
}
