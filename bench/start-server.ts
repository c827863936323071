import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, spawnSupervised } from '#platform';
import type { BenchRun } from './bench-run.js';

export interface BenchHttpServer {
  readonly url: string;
  /** The last failure that it has logged. */
  lastError(): string;
  stop(): Promise<void>;
}

/** A program that answers HTTP, in a process of its own, its output in a file as an operator would have it. */
export async function startServer(
  { shutdown, directory, profile }: BenchRun,
  name: string,
  program: string,
  settings: Readonly<Record<string, string>>,
): Promise<BenchHttpServer> {
  const port = await freePort();
  const log = join(directory, `${name}.log`);
  const profiling = profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const line = ['exec "$@" >"$LOG" 2>&1', 'sh', process.execPath, ...profiling, program];
  const child = spawnSupervised('/bin/sh', ['-c', ...line], {
    stopSignal: 'TERM',
    // Limits are for callers who share; who measures has it alone.
    env: { PATH: process.env['PATH'], PORT: String(port), LOG: log, RATE_LIMIT: '0', ...settings },
  });
  const ended = once(child, 'close');
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  shutdown.add(name, stop);
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`${name} did not start: see ${log}`);
    await delay(50);
  }
  const lastError = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .findLast((entry) => /error/i.test(entry)) ?? '';
  return { url, lastError, stop };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
