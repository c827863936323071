import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '#platform';
import type { Fleet } from './fleet.js';

const program = join(packageRoot, 'dist', 'apps', 'cli', 'src', 'main.js');

/** What the operator's program says, or why it failed. */
export async function runCli({ env }: Fleet, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env['PATH'], ...env } });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return child.exitCode === 0 ? output : `${args.join(' ')} ended with ${child.exitCode}: ${output}${errors}`;
}
