import { once } from 'node:events';
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
import { spawnSupervised } from '../supervised-process.js';
import type { DatabaseUser } from './database-user.js';
import type { Home } from './home.js';

/** Name of the database and of its only user. */
export const NAME = 'maskline';

/** Makes the cluster beside its final place and renames it when all is done, so a cut attempt leaves nothing. */
export async function createCluster(
  binDir: string,
  home: Home,
  password: string,
  user: DatabaseUser,
): Promise<void> {
  const draft = `${home.cluster}.new`;
  const passwordFile = `${draft}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== null) {
    chownSync(draft, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const postgres = join(binDir, 'postgres');
  try {
    await run(user, join(binDir, 'initdb'), [
      ...['-D', draft, '-U', NAME, '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--data-checksums', '--encoding', 'UTF8'],
      ...localeOptions(await run(user, postgres, ['-V'])),
    ]);
    // Without a server: this takes a tenth of a start, a connection and a stop.
    const single = [postgres, '--single', '-D', draft, '-c', 'exit_on_error=on', 'postgres'];
    await run(user, '/bin/sh', ['-c', `echo 'create database ${NAME}' | "$@"`, 'sh', ...single]);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, home.cluster);
  flushDirectory(home.directory);
}

/** Answers what the program wrote. Ctrl-C in the terminal is for us, not for the program in the middle of its work. */
async function run(user: DatabaseUser, program: string, args: string[]): Promise<string> {
  const child = spawnSupervised(program, args, { stopSignal: 'INT', user, env: { LC_ALL: 'C' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(child, 'close');
  if (child.exitCode === 0) return output;
  const complaint = output.split('\n').find((line) => /error|fatal|could not/i.test(line));
  throw new StartError(`PostgreSQL could not be set up: ${complaint ?? `${program} failed`}`);
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
