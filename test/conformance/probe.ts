import pg from 'pg';
import { nameError } from '#platform';
import { cleanUp, testDatabase } from '#testing';
import { makeEffects } from './effects.js';
import type { OpenStore, Peer } from './peer.js';

/** What a probe stands on: a database of its own with the schema of the store in it. */
export interface Ground {
  readonly peer: Peer;
  readonly postgres: string;
  readonly url: string;
  /** Past the store, to look and to make trouble. */
  readonly admin: pg.Pool;
  /** As one process more opens the store. */
  open(url?: string): Promise<OpenStore>;
}

export interface Finding {
  readonly holds: boolean;
  /** What was seen, for the table. */
  readonly seen: string;
}

export interface Probe {
  readonly name: string;
  /** What it demands and why that matters, in one sentence. */
  readonly demand: string;
  /** The only version of PostgreSQL that has the tools for it here. */
  readonly only?: string;
  run(ground: Ground): Promise<Finding>;
}

/** Runs a probe over a store. What it started stays until the clean-up, its failures are findings. */
export async function runProbe(probe: Probe, peer: Peer, postgres: string): Promise<Finding> {
  const { url } = await testDatabase({ postgres, migrated: false });
  await peer.install(url);
  const admin = openAdmin(url);
  await makeEffects(admin);
  const ground: Ground = {
    peer,
    postgres,
    url,
    admin,
    async open(at = url) {
      const store = await peer.open(at);
      cleanUp(() => store.close());
      return store;
    },
  };
  try {
    return await probe.run(ground);
  } catch (error) {
    return { holds: false, seen: `ended with an error: ${describe(error)}` };
  }
}

/** A few connections that last until the clean-up. */
export function openAdmin(url: string): pg.Pool {
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  admin.on('error', () => undefined);
  cleanUp(() => admin.end());
  return admin;
}

/** Of an error what fits into a table. Nothing here is about people. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n');
  return `${nameError(error)}: ${line.slice(0, 120)}`;
}
