import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '#platform';
import type { BenchRun } from '../bench-run.js';
import { readCount } from '../bench-server.js';
import { printTable } from '../table.js';
import type { Scale } from './scale.js';

const EVERY_MS = 50;

/** Time and memory of the audits that read the whole log, each in a process of its own. */
export async function measureRebuild(run: BenchRun, { url }: Scale): Promise<void> {
  const events = await readCount(url, 'select count(*) from maskline.event');
  const rows: string[][] = [];
  for (const command of ['rebuild', 'verify']) {
    const { seconds, megabytes } = await runCli(run, url, command);
    rows.push([`maskline ${command}`, seconds.toFixed(1), megabytes.toFixed(0)]);
  }
  console.log(`### The whole log read again, ${events.toLocaleString('en')} events\n`);
  printTable(['command', 's', 'peak MB of its process'], rows);
}

async function runCli(
  { shutdown }: BenchRun,
  url: string,
  command: string,
): Promise<{ seconds: number; megabytes: number }> {
  const program = join(packageRoot, 'dist', 'apps', 'cli', 'src', 'main.js');
  const started = performance.now();
  const child = spawn(process.execPath, [program, command, 'session'], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      MASKLINE_MASTER_KEY: randomBytes(32).toString('hex'),
    },
  });
  let output = '';
  const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  shutdown.add(command, () => Promise.resolve(child.kill('SIGKILL')));
  let peak = 0;
  const ended = once(child, 'close');
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, await peakOf(child.pid ?? 0));
    await Promise.race([ended, delay(EVERY_MS)]);
  }
  if (child.exitCode !== 0) throw new Error(`maskline ${command} failed: ${output}`);
  return { seconds: (performance.now() - started) / 1000, megabytes: peak };
}

/** Megabytes that Linux says the process has had at most; 0 once it is gone. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}
