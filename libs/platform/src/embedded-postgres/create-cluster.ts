import { execFileSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.js';
import type { DatabaseUser } from './database-user.js';
import type { Home } from './home.js';

/** Name of the database and of its only user. */
export const NAME = 'maskline';

/** Makes the cluster beside its final place and renames it when all is done, so a cut attempt leaves nothing. */
export function createCluster(binDir: string, home: Home, password: string, user: DatabaseUser): void {
  const draft = `${home.cluster}.new`;
  const passwordFile = `${draft}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== null) {
    chownSync(draft, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const run = (program: string, args: string[], input = '') =>
    execFileSync(join(binDir, program), args, {
      cwd: '/',
      env: { LC_ALL: 'C' },
      encoding: 'utf8',
      stdio: 'pipe',
      input,
      ...user,
    });
  try {
    run('initdb', [
      ...['-D', draft, '-U', NAME, '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--data-checksums', '--encoding', 'UTF8'],
      ...localeOptions(run('postgres', ['-V'])),
    ]);
    // Without a server: this takes a tenth of a start, a connection and a stop.
    const single = ['--single', '-D', draft, '-c', 'exit_on_error=on', 'postgres'];
    run('postgres', single, `create database ${NAME}\n`);
  } catch (error) {
    throw new StartError(`PostgreSQL could not be set up: ${complaintOf(error)} (in ${home.directory})`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, home.cluster);
  flushDirectory(home.directory);
}

/** What the program complained of; a hint or its tidying up may follow. */
function complaintOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // execFileSync adds what the program wrote.
  const { stderr = '' } = error as Error & { stderr?: string };
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /error|fatal|could not/i.test(line)) ?? error.message;
}

/** C.UTF-8: one order on every system. From 17 on it is built in; before, the system's library has it. */
function localeOptions(version: string): string[] {
  const major = Number(/\d+/.exec(version)?.[0]);
  return major >= 17
    ? ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8']
    : ['--locale', 'C.UTF-8'];
}

/** Else a power failure could take the new name back, with everything acknowledged under it. */
function flushDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
