import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#platform';
import type { Running } from './supervised.js';

export interface PostgresServer extends Running {
  /** Over TCP, at the port that it was told. */
  readonly url: string;
  /** A signal to the postmaster: `INT` a fast stop, `QUIT` an immediate one, `KILL` what no server is asked. */
  signal(name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void;
}

/** Small enough for a disk in memory, and durable: a restart finds what was committed. */
const settings = {
  max_connections: '250',
  shared_buffers: '64MB',
  min_wal_size: '32MB',
  max_wal_size: '128MB',
};

/** The server of these data on this port, with its own crash recovery where it needs one. */
export async function startPostgresServer(dataDir: string, port: number): Promise<PostgresServer> {
  const server = await startEmbeddedPostgres(dataDir, { settings: { ...settings, port: String(port) } });
  const url = new URL(server.url);
  url.port = String(port);
  url.searchParams.delete('host');
  const [postmaster = ''] = readFileSync(join(server.cluster, 'postmaster.pid'), 'utf8').split('\n');
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(Number(postmaster), name);
    } catch {
      // It has ended by itself, as it does on a disk that is full.
    }
  };
  return {
    url: url.href,
    exited: server.ended,
    // Its log lies beside its data.
    logs: () => '',
    signal,
    async kill() {
      signal('SIGKILL');
      await server.ended;
    },
  };
}
