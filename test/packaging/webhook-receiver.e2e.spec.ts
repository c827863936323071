import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { freePort, packageRoot, spawnSupervised } from '#platform';
import { call, cleanUp, startService, waitFor } from '#testing';

const source = join(packageRoot, 'examples', 'webhook-receiver');
const maskline = join(packageRoot, 'apps', 'cli', 'bin', 'maskline.mjs');

const types = ['SessionCreated', 'SessionClosed'];

/** What the example takes from the registry; here from what is installed, for a spec asks no registry. */
const registered = ['zod', 'standardwebhooks', join('@stablelib', 'base64'), 'fast-sha256'];

describe('the example that receives webhooks', () => {
  it('runs outside the checkout on the packed contracts alone, and learns of the life of a session', async () => {
    const project = installExample();
    const service = await startService('standalone');
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const add = ['consumer', 'add', 'lifecycle', '--url', url, '--ordered', '--types', ...types];
    const added = run(process.execPath, [maskline, ...add], {
      env: { PATH: process.env['PATH'], ...service.env },
    });
    const [secret = ''] = /whsec_\S+/.exec(added) ?? [];
    const output = startExample(project, { WEBHOOK_SECRET: secret, PORT: String(port) });
    await waitFor(() => output().includes('listening'));

    const login = { username: service.accountSid, password: service.authToken };
    const post = async (path: string, body: Record<string, string>) => {
      const answer = await call(service.url, 'POST', path, { login, body });
      return String(answer.body?.['sid']);
    };
    const serviceSid = await post('/v1/Services', { UniqueName: 'rides' });
    const sid = await post(`/v1/Services/${serviceSid}/Sessions`, { Mode: 'message-only' });
    await post(`/v1/Services/${serviceSid}/Sessions/${sid}`, { Status: 'closed' });

    const lines = () => output().match(/ KC.*/g) ?? [];
    await waitFor(() => lines().length >= 2);
    expect(lines()).toEqual([` ${sid} SessionCreated message-only`, ` ${sid} SessionClosed api`]);
    const forged = await fetch(url, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(401);
  });
});

/** Packs the contracts and installs them beside a copy of the example; answers where that is. */
function installExample(): string {
  const project = mkdtempSync(join(tmpdir(), 'maskline-webhook-receiver-'));
  cleanUp(() => {
    rmSync(project, { recursive: true });
  });
  for (const file of ['main.mjs', 'package.json']) cpSync(join(source, file), join(project, file));
  const packed = run(process.execPath, [join(packageRoot, 'scripts', 'contracts.mjs'), project]).trim();
  for (const name of registered) {
    cpSync(join(packageRoot, 'node_modules', name), join(project, 'node_modules', name), { recursive: true });
  }
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', packed], {
    cwd: project,
  });
  return project;
}

/** Answers what it has said so far. */
function startExample(project: string, env: Record<string, string>): () => string {
  const child = spawnSupervised(process.execPath, [join(project, 'main.mjs')], { stopSignal: 'KILL', env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  cleanUp(() => {
    child.kill('SIGKILL');
  });
  return () => output;
}

function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr } = spawnSync(program, args, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
