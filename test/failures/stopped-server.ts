import { expect } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase, startEmbeddedPostgres } from '#platform';
import { cleanUp, testStore, waitFor } from '#testing';
import { auditAcknowledged, BusyWriters } from './busy-writers.js';

/** What 256 waiting commands with their state, and what the driver keeps for them, may take at most. */
const mostMemory = 100 * 1024 * 1024;

/**
 * 256 writers, and a PostgreSQL that is stopped: not gone, only silent, as under a hung disk. They are told to come again in
 * time, memory stays bounded, all goes on afterwards, and nothing acknowledged is lost.
 */
export async function stopTheServer({
  spells,
  patience,
}: {
  /** How often each writer is told to come again before PostgreSQL goes on. */
  spells: number;
  patience: number;
}): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'maskline-stopped-'));
  // PostgreSQL may have to run as another user than we.
  await chmod(directory, 0o755);
  cleanUp(() => rm(directory, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres(join(directory, 'data'));
  cleanUp(() => postgres.stop());
  const database = openDatabase({ DATABASE_URL: postgres.url }, 'test');
  cleanUp(() => database.close());
  await migrate(database.admin);
  const batching = { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience };
  const store = await testStore(database, { batching });

  const writers = new BusyWriters(store, { writers: 256, retryAfter: 20 });
  await writers.start();
  await waitFor(() => writers.acknowledged.length > 1000);

  const signal = await clusterSignals(postgres.cluster);
  cleanUp(() => signal('SIGCONT'));
  writers.slowest = 0;
  const memoryBefore = process.memoryUsage().rss;
  await signal('SIGSTOP');
  const told = (times: number) => (writers.refused['overloaded'] ?? 0) >= 256 * times;
  const within = (times: number) => ({ within: times * 2 * patience + 20_000 });
  // By then every answer that was on its way has come.
  await waitFor(() => told(1), within(1));
  const acknowledgedBefore = writers.acknowledged.length;
  await waitFor(() => told(spells), within(spells));
  expect(writers.acknowledged.length).toBe(acknowledgedBefore);
  expect(Object.keys(writers.refused)).toEqual(['overloaded']);
  // A change is a load and an append, each with a patience of its own; the rest is for a machine that is busy.
  expect(writers.slowest).toBeLessThan(2 * patience + 3000);
  expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(mostMemory);

  await signal('SIGCONT');
  const goneOn = writers.acknowledged.length + 1000;
  await waitFor(() => writers.acknowledged.length > goneOn);
  await writers.stop();
  await store.drain();
  const inTheLog = await auditAcknowledged(database, writers.acknowledged);
  expect(inTheLog).toEqual([]);
  expect(Object.keys(writers.refused)).toEqual(['overloaded']);
}

/** Sends a signal to every process of a cluster: the first one stops no other, and a stopped one starts none. */
async function clusterSignals(cluster: string): Promise<(signal: 'SIGSTOP' | 'SIGCONT') => Promise<void>> {
  const [first = ''] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
  const postmaster = Number(first);
  return async (signal) => {
    // The postmaster is the first to stop, so that it starts no more, and so the list is complete.
    send(postmaster, signal);
    for (const pid of await childrenOf(postmaster)) send(pid, signal);
  };
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').then(parentIn, () => null)),
  );
  return pids.flatMap((pid, i) => (parents[i] === parent ? [Number(pid)] : []));
}

/** The second field after the name, which stands in brackets and may hold anything. */
function parentIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function send(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // A backend whose work was done is gone by now, and the server with it once it has been stopped.
  }
}
