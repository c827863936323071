import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Seconds that `npm start` takes in a package whose start does nothing. */
export async function npmAlone(directory: string): Promise<number> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), JSON.stringify({ scripts: { start: ':' } }));
  const started = performance.now();
  await run('npm', ['start'], {
    cwd: directory,
    // Its logs go with the rest, and nobody waits for its registry.
    env: { PATH: process.env['PATH'], HOME: directory, npm_config_update_notifier: 'false' },
  });
  return (performance.now() - started) / 1000;
}
