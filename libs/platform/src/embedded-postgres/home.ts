import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from '../data-dir.js';
import { isErrno } from '../errno.js';
import { canEnter, databaseUser } from './database-user.js';

/** Where root keeps what the database's user must reach, when the checkout lies in a closed directory. */
const SYSTEM_WIDE = '/var/lib/maskline';

/** The directory that holds the cluster, its password and its owner's name. */
export interface Home {
  readonly directory: string;
  /** PostgreSQL's data directory in it. */
  readonly cluster: string;
  /** Where copies of the binaries go, should they be needed. */
  readonly binaries: string;
}

/**
 * The data directory itself when PostgreSQL can get there, else one of its own under /var/lib/maskline.
 * The file `postgres.path` points there, also after the checkout was moved.
 */
export function findHome(dataDir: string): Home {
  const place = openDataDir(dataDir);
  const pointer = join(place, 'postgres.path');
  const elsewhere = tryRead(pointer);
  if (elsewhere !== null) return homeIn(elsewhere, SYSTEM_WIDE);
  if (canEnter(place, databaseUser(join(place, 'postgres')))) return homeIn(place, place);

  const directory = join(SYSTEM_WIDE, createHash('sha256').update(place).digest('hex').slice(0, 16));
  for (const open of [SYSTEM_WIDE, directory]) {
    mkdirSync(open, { recursive: true });
    // The umask may have closed it.
    chmodSync(open, 0o755);
  }
  writeFileSync(pointer, `${directory}\n`);
  return homeIn(directory, SYSTEM_WIDE);
}

function homeIn(directory: string, binaries: string): Home {
  return { directory, cluster: join(directory, 'postgres'), binaries };
}

function tryRead(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}
