import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cleanUp } from '#testing';
import { peers } from './peers/by-name.js';
import type { Ground } from './probe.js';

const loader = fileURLToPath(new URL('../../scripts/typescript.mjs', import.meta.url));
/** Milliseconds that a process is given to end by itself. */
const goodbye = 3000;

interface Started {
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Lets it end by itself, or makes it. */
  stop(): Promise<void>;
}

export interface Writer extends Started {
  /** Resolves when it has appended about so many events, or has been killed; rejects when it cannot. */
  write(events: number): Promise<void>;
}

/** Follows the log of the ground, or of another database, and notes every event under its own name. */
export async function startReader(ground: Ground, name: string, url = ground.url): Promise<Started> {
  const { process } = await start('reader.ts', [keyOf(ground), url, 'conformance', name]);
  return process;
}

export async function startWriter(ground: Ground, name: string): Promise<Writer> {
  const { process, tell, told } = await start('writer.ts', [keyOf(ground), ground.url, name]);
  return {
    ...process,
    async write(events) {
      const done = told();
      tell(String(events));
      await done;
    },
  };
}

function keyOf({ peer }: Ground): string {
  const [key] = Object.entries(peers).find(([, other]) => other === peer) ?? [];
  if (key === undefined) throw new Error(`a process cannot find ${peer.name}`);
  return key;
}

/** It ends with its stdin, so it does not outlive us. */
async function start(program: string, args: readonly string[]) {
  const script = fileURLToPath(new URL(`./${program}`, import.meta.url));
  const child = spawn(process.execPath, ['--import', loader, script, ...args], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close');
  const told = async () => {
    const isOver = ended.then(() => {
      // Whoever kills it knows that it says nothing any more.
      if (child.signalCode === 'SIGKILL') return;
      throw new Error(`${program} ended: ${complaints.trim().split('\n').slice(-8).join(' ')}`);
    });
    await Promise.race([once(lines, 'line'), isOver]);
  };
  const signal = (name: NodeJS.Signals) => {
    child.kill(name);
  };
  const stop = async () => {
    signal('SIGCONT');
    child.stdin.end();
    const late = setTimeout(() => signal('SIGKILL'), goodbye);
    await ended;
    clearTimeout(late);
  };
  cleanUp(stop);
  await told();
  return { process: { signal, stop }, tell: (line: string) => child.stdin.write(`${line}\n`), told };
}
