import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '#testing';
import { line, type Acknowledgement } from './acknowledgement.js';

export interface Told {
  readonly acknowledgements: Acknowledgement[];
  /** How often, by the code of the refusal; of all writers together but the killed one. */
  readonly refused: Record<string, number>;
}

interface Writer {
  readonly isReady: Promise<void>;
  /** How many of its commands were answered so far. */
  acknowledged(): number;
  go(): void;
  kill(): void;
  /** Rejects when the writer failed by itself. */
  readonly ended: Promise<void>;
}

/** Commands that a writer has answered when it is killed: it is in the midst of others then. */
const beforeTheKill = 200;

/** Four writers at once for so long. One of them is killed amid its work without a warning, and another takes its place. */
export async function runWriters(
  { url, poolUrl = '' }: { readonly url: string; readonly poolUrl?: string | undefined },
  partitions: number,
  seconds: number,
): Promise<Told> {
  const told: Told = { acknowledgements: [], refused: {} };
  const startWriter = (seconds: number) => start([url, String(partitions), String(seconds), poolUrl], told);
  const heir = startWriter(seconds / 2);
  const victim = startWriter(seconds);
  const others = [startWriter(seconds), startWriter(seconds), startWriter(seconds)];
  const all = [heir, victim, ...others];
  try {
    await Promise.all(all.map(({ isReady }) => isReady));
    for (const writer of [victim, ...others]) writer.go();
    await waitFor(() => victim.acknowledged() >= beforeTheKill, { within: seconds * 1000 });
    victim.kill();
    heir.go();
    await Promise.all(all.map(({ ended }) => ended));
    return told;
  } finally {
    for (const writer of all) writer.kill();
  }
}

function start(args: readonly string[], told: Told): Writer {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const loader = fileURLToPath(new URL('../../scripts/typescript.mjs', import.meta.url));
  const writer = spawn(process.execPath, ['--import', loader, script, ...args], { stdio: 'pipe' });
  writer.stdin.on('error', () => undefined);
  let complaints = '';
  let acknowledged = 0;
  writer.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  let tellReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (tellReady = resolve));
  createInterface({ input: writer.stdout }).on('line', (text) => {
    const { data } = line.safeParse(jsonOrNull(text));
    if (data === undefined) return; // a killed writer is cut off in the middle of a line
    if ('isReady' in data) tellReady();
    else if ('requestId' in data) {
      acknowledged++;
      told.acknowledgements.push(data);
    } else {
      for (const [code, count] of Object.entries(data.refused))
        told.refused[code] = (told.refused[code] ?? 0) + count;
    }
  });
  const ended = once(writer, 'close').then(() => {
    if (writer.exitCode !== 0 && writer.signalCode !== 'SIGKILL')
      throw new Error(`a writer failed: ${complaints}`);
  });
  return {
    isReady: Promise.race([ready, ended]),
    acknowledged: () => acknowledged,
    go: () => writer.stdin.end('go'),
    kill: () => writer.kill('SIGKILL'),
    ended,
  };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
