// The Maskline that the demo plays on: a running one, or one of its own.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export function existing() {
  const { MASKLINE_URL: url, MASKLINE_ACCOUNT_SID: accountSid, MASKLINE_AUTH_TOKEN: authToken } = process.env;
  if (!accountSid || !authToken) {
    console.error('With MASKLINE_URL, set MASKLINE_ACCOUNT_SID and MASKLINE_AUTH_TOKEN too.');
    process.exit(1);
  }
  return { url, accountSid, authToken, env: process.env, isOurs: false, stop: async () => undefined };
}

/** A standalone with a directory and an account of its own. It never outlives this process. */
export async function startOwn() {
  const dataDir = mkdtempSync(join(tmpdir(), 'maskline-demo-'));
  // PostgreSQL may have to run as another user than we.
  chmodSync(dataDir, 0o755);
  const { freePort, newSid, spawnSupervised } = await import('../../dist/libs/platform/src/index.js');
  const accountSid = newSid('AC');
  const authToken = randomBytes(16).toString('hex');
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    MASKLINE_DATA_DIR: dataDir,
    MASKLINE_ACCOUNT_SID: accountSid,
    MASKLINE_AUTH_TOKEN: authToken,
    PORT: String(port),
    LOG_LEVEL: 'error',
  };
  const main = join(root, 'dist/apps/standalone/src/main.js');
  const child = spawnSupervised(process.execPath, [main], { stopSignal: 'TERM', env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'close');
  const stop = async () => {
    child.stdin.end();
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  for (const giveUp = Date.now() + 60_000; ; await delay(50)) {
    if (
      await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { url, accountSid, authToken, env, isOurs: true, stop };
    if (child.exitCode !== null || Date.now() > giveUp) {
      await stop();
      console.error(output);
      process.exit(1);
    }
  }
}
