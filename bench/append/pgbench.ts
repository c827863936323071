import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '#platform';
import type { Cell } from '../contend.js';

const run = promisify(execFile);

const script = join(packageRoot, 'bench', 'append', 'create-session.sql');

/** What the script needs beside Maskline's tables. */
export const SEQUENCES = `
  create sequence maskline.bench_sid cache 100;
  create sequence maskline.bench_position`;

/** pgbench on the PATH or where Debian puts it, with its version; null when it is not installed. */
export async function findPgbench(): Promise<{ program: string; version: string } | null> {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/lib/postgresql/15/bin'];
  const program = directories.map((directory) => join(directory, 'pgbench')).find(isExecutable);
  if (program === undefined) return null;
  const { stdout } = await run(program, ['--version']);
  return { program, version: stdout.trim() };
}

/** pgbench counts the opening of its connections into the time it is given, but not into its rate. */
const connectSeconds = (clients: number) => 1 + Math.ceil(clients / 32);

/** Runs the statement from so many connections for whole seconds. */
export async function runPgbench(
  program: string,
  url: string,
  { writers, seconds }: Cell,
): Promise<{ commands: number; perSecond: number }> {
  const place = new URL(url);
  const password = decodeURIComponent(place.password);
  place.password = '';
  const options = ['-n', '-M', 'prepared', '-f', script, '-T', String(seconds + connectSeconds(writers))];
  const clients = ['-c', String(writers), '-j', String(Math.min(writers, 2))];
  // The password is no argument: arguments can be seen by everyone, and stand in the error when this fails.
  const { stdout } = await run(program, [...options, ...clients, place.href], {
    env: { PGPASSWORD: password },
  });
  const read = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1]);
  const failed = read(/number of failed transactions: (\d+)/);
  const commands = read(/number of transactions actually processed: (\d+)/);
  const perSecond = read(/tps = ([\d.]+)/);
  if (failed !== 0 || !(perSecond > 0)) throw new Error(`pgbench did not get through:\n${stdout}`);
  return { commands, perSecond };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
