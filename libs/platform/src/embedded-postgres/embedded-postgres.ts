import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasDataDir } from '../data-dir.js';
import { takeOwnership } from '../ownership.js';
import { writeOnce } from '../private-file.js';
import { processStart } from '../process-table.js';
import { embeddedBinaries } from './binaries.js';
import { createCluster, NAME } from './create-cluster.js';
import { databaseUser } from './database-user.js';
import { findHome, type Home } from './home.js';
import { readPostmasterFile } from './postmaster-file.js';
import { startServer } from './server.js';
import { stopOrphans } from './stop-orphans.js';

export interface EmbeddedPostgres {
  /** With the password: for connections, never for logs. */
  readonly url: string;
  /** PostgreSQL's data directory, its log in `log/`. */
  readonly cluster: string;
  /** Settles when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Other binaries than those that came with npm, e.g. `/usr/lib/postgresql/15/bin`. */
  readonly binDir?: string;
  /** Server settings on top of ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the PostgreSQL whose data lies in `dataDir`, creating it the first time. It ends with this process,
 * however that ends; what a killed process left behind is cleared up first. One process at a time may own it.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  { binDir, settings = {} }: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const home = findHome(dataDir);
  const giveBack = takeOwnership(home.directory);
  try {
    const user = databaseUser(home.cluster);
    const binaries = binDir ?? embeddedBinaries(user, home.binaries);
    const password = ensurePassword(home);
    if (existsSync(home.cluster)) await stopOrphans(home.cluster);
    else await createCluster(binaries, home, password, user);

    const server = await startServer(binaries, home.cluster, user, settings);
    const ended = server.ended.finally(giveBack);
    return {
      url: urlOf(home, server),
      cluster: home.cluster,
      ended,
      async stop() {
        server.stop();
        await ended;
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** The URL of the server that another process, say a standalone Maskline, runs in `dataDir`; null when none runs. */
export function runningEmbeddedPostgres(dataDir: string): string | null {
  if (!hasDataDir(dataDir)) return null;
  const home = findHome(dataDir);
  const postmaster = readPostmasterFile(home.cluster);
  if (postmaster?.isReady !== true || processStart(postmaster.pid) === null) return null;
  return urlOf(home, postmaster);
}

/** Made once; any user of the machine can reach the port, but not read this file. */
function ensurePassword(home: Home): string {
  const file = passwordFile(home);
  writeOnce(file, randomBytes(24).toString('base64url'));
  return readFileSync(file, 'utf8');
}

function passwordFile(home: Home): string {
  return join(home.directory, 'postgres.password');
}

/** Through the socket where there is one: it costs less per round trip than TCP. */
function urlOf(home: Home, server: { port: number; socketDirectory: string }): string {
  const password = readFileSync(passwordFile(home), 'utf8');
  const url = new URL(`postgres://${NAME}:${password}@127.0.0.1:${server.port}/${NAME}`);
  if (server.socketDirectory !== '') url.searchParams.set('host', server.socketDirectory);
  return url.href;
}
