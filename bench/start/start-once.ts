import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { findHome, freePort, packageRoot, spawnSupervised } from '#platform';
import type { BenchRun } from '../bench-run.js';

const EVERY_MS = 10;

const accountFile = z.object({ sid: z.string(), authToken: z.string() });

/**
 * Runs what package.json's `start` does on a data directory, answers after how many seconds the API did, and stops it again.
 * Without npm, whose own time is measured by itself.
 */
export async function startOnce({ shutdown }: BenchRun, dataDir: string): Promise<number> {
  const port = await freePort();
  const started = performance.now();
  const program = join(packageRoot, 'scripts', 'start.mjs');
  const child = spawnSupervised(process.execPath, [program, 'standalone'], {
    stopSignal: 'TERM',
    cwd: packageRoot,
    env: { PATH: process.env['PATH'], PORT: String(port), MASKLINE_DATA_DIR: dataDir },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'close');
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  shutdown.add('the standalone', stop);

  while (!(await answers(port, dataDir))) {
    if (child.exitCode !== null) throw new Error(`the standalone has ended:\n${output}`);
    await delay(EVERY_MS);
  }
  const seconds = (performance.now() - started) / 1000;
  await stop();
  if (/^building/m.test(output)) throw new Error('the sources have changed: the start had to build first');
  // PostgreSQL takes the file away when it has ended in order.
  if (existsSync(join(findHome(dataDir).cluster, 'postmaster.pid'))) {
    throw new Error(`the standalone has left its PostgreSQL behind:\n${output}`);
  }
  return seconds;
}

/** Whether the API lists the services of the account that was made at the start. */
async function answers(port: number, dataDir: string): Promise<boolean> {
  const kept = await readFile(join(dataDir, 'account.json'), 'utf8').catch(() => null);
  if (kept === null) return false;
  const { sid, authToken } = accountFile.parse(JSON.parse(kept));
  const login = Buffer.from(`${sid}:${authToken}`).toString('base64');
  return fetch(`http://127.0.0.1:${port}/v1/Services`, { headers: { authorization: `Basic ${login}` } }).then(
    async (response) => {
      await response.text();
      return response.status === 200;
    },
    () => false,
  );
}
