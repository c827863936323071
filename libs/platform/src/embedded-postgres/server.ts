import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../free-port.js';
import { StartError } from '../start-error.js';
import { spawnSupervised, type SupervisedProcess } from '../supervised-process.js';
import type { DatabaseUser } from './database-user.js';
import { readPostmasterFile } from './postmaster-file.js';

export interface Server {
  readonly port: number;
  /** Empty when the server has no socket. */
  readonly socketDirectory: string;
  readonly ended: Promise<void>;
  /** Asks it to end: transactions under way are rolled back, everything committed is written. */
  stop(): void;
}

/** Recovery after a crash may have gigabytes to read. */
const START_SECONDS = 120;

/** The kernel's limit of a socket's path, less `/.s.PGSQL.65535`. */
const LONGEST_SOCKET_DIRECTORY = 107 - 15;

export async function startServer(
  binDir: string,
  cluster: string,
  user: DatabaseUser,
  settings: Readonly<Record<string, string>>,
): Promise<Server> {
  const socketDirectory = Buffer.byteLength(cluster) > LONGEST_SOCKET_DIRECTORY ? '' : cluster;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const all = { ...ourSettings(port, socketDirectory), ...settings };
    const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawnSupervised(join(binDir, 'postgres'), ['-D', cluster, ...args], {
      stopSignal: 'INT',
      user,
      env: { LC_ALL: 'C' },
    });
    const ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => {
        resolve();
      });
    });
    const output = collect(child);
    if (await becameReady(child, cluster)) {
      return { port, socketDirectory, ended, stop: () => child.stdin.end() };
    }
    child.stdin.end();
    await ended;
    const reason = output() + lastLog(cluster);
    // Between our look and PostgreSQL's start, somebody took the port.
    if (attempt < 3 && /could not bind|could not create any TCP/.test(reason)) continue;
    throw new StartError(`PostgreSQL did not start: ${lastComplaint(reason)} (data in ${cluster})`);
  }
}

/** What the product relies on is set here and not in a file, so that it holds for clusters of any age. */
function ourSettings(port: number, socketDirectory: string): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: socketDirectory,
    unix_socket_permissions: '0700',
    max_connections: '60',
    shared_buffers: '256MB',
    fsync: 'on',
    synchronous_commit: 'on',
    jit: 'off',
    timezone: 'UTC',
    // A file per weekday, emptied when its day comes again. `log` leaves out what a client is told anyway:
    // messages of failed statements may quote names and numbers.
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
  };
}

async function becameReady(child: SupervisedProcess, cluster: string): Promise<boolean> {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const postmaster = readPostmasterFile(cluster);
    if (postmaster?.pid === child.pid && postmaster?.isReady === true) return true;
    await delay(10);
  }
  return false;
}

/** What the server says before its own log is open. Reading on keeps the pipes from filling up. */
function collect(child: SupervisedProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-8192);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return () => text;
}

function lastLog(cluster: string): string {
  const directory = join(cluster, 'log');
  const today = `postgresql-${new Date().toUTCString().slice(0, 3)}.log`;
  return readdirSync(cluster).includes('log') && readdirSync(directory).includes(today)
    ? readFileSync(join(directory, today), 'utf8').slice(-8192)
    : '';
}

function lastComplaint(output: string): string {
  const complaints = output.split('\n').filter((line) => /FATAL:|PANIC:|error|could not/.test(line));
  return complaints.at(-1)?.replace(/^.*(?:FATAL|PANIC): +/, '') ?? 'see its log';
}
