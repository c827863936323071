import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, newSid, packageRoot, spawnSupervised } from '#platform';
import { cleanUp } from './clean-up.js';
import { waitFor } from './wait-for.js';

export interface StartOptions {
  /** A service whose settings this one takes over, but for the port: the same account, key and data. */
  readonly like?: Service;
  /** Settings on top of a port, a data directory, an account and a master key of its own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly within?: number;
}

interface Settings {
  readonly MASKLINE_ACCOUNT_SID: string;
  readonly MASKLINE_AUTH_TOKEN: string;
  readonly [name: string]: string;
}

export interface Service {
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** Everything that it was started with, to start it again on the same data. */
  readonly env: Settings;
  readonly pid: number;
  /** What it has written so far, both streams. */
  logs(): string;
  /** Its exit code once it has ended; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Asks it to end and answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it with SIGKILL, as a power failure would. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts the built program in a process of its own and waits until it answers. With DATABASE_URL in `env` it
 * works there, else a standalone brings its own PostgreSQL. It ends, and its data goes, with the test or the spec file.
 */
export async function startService(
  app: 'standalone' | 'api' | 'worker',
  { like, env = {}, within = 60_000 }: StartOptions = {},
): Promise<Service> {
  const settings = { ...(like?.env ?? (await ownSettings())), PORT: String(await freePort()), ...env };
  const program = join(packageRoot, 'dist', 'apps', app, 'src', 'main.js');
  const child = spawnSupervised(process.execPath, [program], {
    stopSignal: 'TERM',
    env: { PATH: process.env['PATH'], ...settings },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'close').then(() => child.exitCode);
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  const signal = (name: NodeJS.Signals) => {
    if (!hasExited()) child.kill(name);
  };
  const service: Service = {
    url: `http://127.0.0.1:${settings.PORT}`,
    accountSid: settings.MASKLINE_ACCOUNT_SID,
    authToken: settings.MASKLINE_AUTH_TOKEN,
    env: settings,
    pid: child.pid ?? 0,
    exited,
    logs: () => output,
    signal,
    stop() {
      signal('SIGTERM');
      return exited;
    },
    async kill() {
      signal('SIGKILL');
      await exited;
    },
  };
  cleanUp(() => service.stop());

  const answers = async () => {
    // Whoever else may listen there must not hold us up.
    const { ok } = await fetch(`${service.url}/healthz`, { signal: AbortSignal.timeout(2000) });
    return ok;
  };
  await waitFor(async () => hasExited() || (await answers()), { within }).catch(() => {
    throw new Error(`${app} did not answer within ${within} ms:\n${output}`);
  });
  if (hasExited()) {
    throw new Error(`${app} ended with code ${await exited} before it answered:\n${output}`);
  }
  return service;
}

async function ownSettings(): Promise<Settings> {
  const dataDir = await mkdtemp(join(tmpdir(), 'maskline-service-'));
  // The database of a standalone may have to run as another user.
  await chmod(dataDir, 0o755);
  cleanUp(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));
  return {
    MASKLINE_DATA_DIR: dataDir,
    MASKLINE_ACCOUNT_SID: newSid('AC'),
    MASKLINE_AUTH_TOKEN: randomBytes(16).toString('hex'),
    MASKLINE_MASTER_KEY: randomBytes(32).toString('hex'),
    // Specs ask more often than callers may.
    RATE_LIMIT: '0',
  };
}
