import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isErrno } from '../errno.js';
import { postgresProcesses } from '../process-table.js';
import { StartError } from '../start-error.js';
import { readPostmasterFile } from './postmaster-file.js';

/**
 * Ends what an owner that died left running. Its watcher has told PostgreSQL to stop by now, or the system
 * killed both; so mostly this only waits. The caller owns the directory: nobody else's server can be in it.
 */
export async function stopOrphans(cluster: string): Promise<void> {
  const steps = [
    { signal: 'SIGINT', seconds: 10, everyone: false },
    { signal: 'SIGQUIT', seconds: 5, everyone: false },
    { signal: 'SIGKILL', seconds: 5, everyone: true },
  ] as const;
  for (const { signal, seconds, everyone } of steps) {
    const postmaster = readPostmasterFile(cluster)?.pid ?? null;
    for (const pid of postgresProcesses(cluster, postmaster)) {
      if (everyone || pid === postmaster) kill(pid, signal);
    }
    if (await becomesEmpty(cluster, postmaster, seconds)) {
      // The pid in a file that was left behind may be another program's by now, and PostgreSQL would
      // take that for its rival. Nobody is in the directory, so the file means nothing.
      rmSync(join(cluster, 'postmaster.pid'), { force: true });
      return;
    }
  }
  throw new StartError(`an older PostgreSQL in ${cluster} does not stop`);
}

async function becomesEmpty(cluster: string, postmaster: number | null, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (postgresProcesses(cluster, postmaster).length > 0) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}
