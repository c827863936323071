import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '../errno.js';

/** What a running PostgreSQL says of itself in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketDirectory: string;
  /** Takes connections; a hot standby does so for reading. */
  readonly isReady: boolean;
}

export function readPostmasterFile(cluster: string): Postmaster | null {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
  // pid, data directory, start time, port, socket directory, address, shared memory, status
  const [pid = '', , , port = '', socketDirectory = '', , , status = ''] = lines;
  return { pid: Number(pid), port: Number(port), socketDirectory, isReady: /^(ready|standby)/.test(status) };
}
