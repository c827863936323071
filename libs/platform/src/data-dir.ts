import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import { unusablePath } from './errno.js';
import { StartError } from './start-error.js';

/** Makes the data directory, unless it is there, and answers its real path. */
export function openDataDir(dataDir: string): string {
  return explained(dataDir, () => {
    mkdirSync(dataDir, { recursive: true });
    // Found here, it can be said of the directory; found later, it would be said of some file in it.
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(dataDir);
  });
}

export function hasDataDir(dataDir: string): boolean {
  return explained(dataDir, () => statSync(dataDir, { throwIfNoEntry: false }) !== undefined);
}

function explained<Result>(dataDir: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const unusable = unusablePath(error);
    if (unusable === null) throw error;
    throw new StartError(`cannot use the data directory ${dataDir} (MASKLINE_DATA_DIR): ${unusable.reason}`);
  }
}
