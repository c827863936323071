import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, packageRoot, runningEmbeddedPostgres } from '#platform';
import { cleanUp, startService, waitFor, type Service } from '#testing';

// What `npm start` runs, as a newcomer meets it: no settings but a port and a directory.
const newcomer = { MASKLINE_ACCOUNT_SID: '', MASKLINE_AUTH_TOKEN: '', MASKLINE_MASTER_KEY: '' };

describe('standalone', () => {
  it('prints an account with which the first call works, and knows it again after a restart', async () => {
    const first = await startService('standalone', { env: newcomer });
    const call = await shownCall(first);
    expect((await call()).status).toBe(201);
    expect(await first.stop()).toBe(0);

    const second = await startService('standalone', { like: first });
    const again = await shownCall(second);
    expect(await (await again()).json()).toMatchObject({ code: 80602 });
  });

  it('keeps the token that a rotation left it, and its settings do not bring an ended one back', async () => {
    const first = await startService('standalone', { env: newcomer });
    const [, sid = ''] = await waitFor(() => /-u (AC\w+):/.exec(first.logs()));
    const login = await readFile(join(dataDirOf(first.env), 'account.json'), 'utf8');
    const ended = (JSON.parse(login) as { authToken: string }).authToken;
    const { authToken } = JSON.parse(maskline(first, 'token', 'create', sid, '--json')) as {
      authToken: string;
    };
    maskline(first, 'token', 'promote', sid);
    expect(await first.stop()).toBe(0);

    const second = await startService('standalone', { like: first });
    expect((await (await shownCall(second))()).status).toBe(201);
    expect(second.logs()).toContain(authToken);
    const file = join(dataDirOf(first.env), 'account.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ sid, authToken });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await second.stop()).toBe(0);

    const third = await startService('standalone', {
      like: second,
      env: { MASKLINE_ACCOUNT_SID: sid, MASKLINE_AUTH_TOKEN: ended },
    });
    expect(third.logs()).toContain(`${sid} does not accept the auth token of the settings`);
    expect((await post({ ...third, accountSid: sid, authToken: ended }, 'with-the-old')).status).toBe(401);
    expect((await post({ ...third, accountSid: sid, authToken }, 'with-the-new')).status).toBe(201);
  });

  it('keeps its secrets for its owner alone', async () => {
    const { env } = await startService('standalone', { env: newcomer });

    for (const file of ['master.key', 'account.json', 'postgres.password']) {
      expect((await stat(join(dataDirOf(env), file))).mode & 0o777).toBe(0o600);
    }
  });

  it('forgets nothing that it has acknowledged when it is killed', async () => {
    const service = await startService('standalone');
    const acknowledged: string[] = [];
    let isOver = false;
    const writer = async (name: string) => {
      for (let n = 0; !isOver; n += 1) {
        const answer = await post(service, `${name}-${n}`).catch(() => null);
        if (answer?.status === 201) acknowledged.push(`${name}-${n}`);
        if (answer === null) return;
      }
    };
    const writers = ['a', 'b', 'c', 'd'].map(writer);
    await waitFor(() => acknowledged.length > 200);
    await service.kill();
    isOver = true;
    await Promise.all(writers);

    const again = await startService('standalone', { like: service });
    const answers = await Promise.all(
      acknowledged.map((name) => fetch(`${again.url}/v1/Services/${name}`, { headers: authOf(again) })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('answers what is in flight when it is interrupted, and leaves no process', async () => {
    const service = await startService('standalone');
    const postmaster = await postmasterOf(service);
    const url = runningEmbeddedPostgres(dataDirOf(service.env)) ?? '';
    const holder = new pg.Client({ connectionString: url });
    holder.on('error', () => undefined);
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from maskline.partition_head for update');

    const answer = post(service, 'in-flight');
    await waitFor(async () => (await waitingFor(holder)) > 0);
    service.signal('SIGINT');
    await waitFor(() =>
      fetch(`${service.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    await holder.query('rollback');
    await holder.end();

    expect((await answer).status).toBe(201);
    expect(await service.exited).toBe(0);
    expect(() => process.kill(postmaster, 0)).toThrow('ESRCH');
  });

  it('ends when npm is told to', async () => {
    const port = await freePort();
    const dataDir = await mkdtemp(join(tmpdir(), 'maskline-npm-'));
    cleanUp(() => rm(dataDir, { recursive: true, force: true }));
    await chmod(dataDir, 0o755); // PostgreSQL may have to run as another user
    const npm = spawn('npm', ['start'], {
      cwd: packageRoot,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], HOME: dataDir, PORT: String(port), MASKLINE_DATA_DIR: dataDir },
    });
    const exited = once(npm, 'exit');
    const isUp = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitFor(isUp);
    const postmaster = await postmasterIn(dataDir);
    cleanUp(() => {
      if (isAlive(postmaster)) process.kill(postmaster, 'SIGINT');
    });
    npm.kill('SIGTERM');
    await exited;
    await waitFor(() => !isAlive(postmaster));
    expect(await isUp()).toBe(false);
  });

  it('ends, with one line, when its database is killed', async () => {
    const service = await startService('standalone', { env: { LOG_LEVEL: 'silent' } });
    process.kill(await postmasterOf(service), 'SIGKILL');

    expect(await service.exited).toBe(1);
    expect(service.logs()).toMatch(/\nmaskline: PostgreSQL ended by itself; its log is in [^\n]+\n$/);
  });

  it('refuses to start beside a live one, in one line', async () => {
    const service = await startService('standalone');

    await expect(startService('standalone', { like: service })).rejects.toThrow(
      /ended with code 1 .*:\nmaskline: another Maskline \(pid \d+\) uses [^\n]+\n$/,
    );
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  });

  it.each([
    ['a wrong setting', { PORT: 'http' }, 'PORT must be a whole number from 0 to 65535'],
    [
      'a directory that cannot be',
      { MASKLINE_DATA_DIR: '/dev/null/maskline' },
      String.raw`cannot use the data directory /dev/null/maskline \(MASKLINE_DATA_DIR\): a part of the path is no directory`,
    ],
    ['an address of another machine', { HOST: '192.0.2.1' }, 'cannot listen on 192.0.2.1:'],
  ])('says in one line that it cannot start: %s', async (_, env, line) => {
    await expect(startService('standalone', { env })).rejects.toThrow(
      new RegExp(`ended with code 1 .*:\nmaskline: ${line}[^\n]*\n$`),
    );
  });

  it('says in one line that its port is in use, and leaves no database running', async () => {
    const port = await freePort();
    const rival = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    cleanUp(() => rival.close());

    await expect(startService('standalone', { env: { PORT: String(port) } })).rejects.toThrow(
      new RegExp(`ended with code 1 .*:\nmaskline: 127.0.0.1:${port} is in use: set PORT to another port\n$`),
    );
  });
});

function maskline({ env }: Service, ...args: string[]): string {
  const bin = join(packageRoot, 'apps/cli/bin/maskline.mjs');
  const settings = { PATH: process.env['PATH'], ...env };
  return execFileSync(process.execPath, [bin, ...args], { env: settings, encoding: 'utf8' });
}

/** The curl line of the banner as a function. */
async function shownCall(service: Service): Promise<() => Promise<Response>> {
  const line = /curl (\S+) -u (\S+) -d (\S+)/;
  const [, url = '', login = '', form = ''] = await waitFor(() => line.exec(service.logs()));
  const headers = { Authorization: `Basic ${btoa(login)}` };
  return () => fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
}

function post(service: Service, name: string): Promise<Response> {
  return fetch(`${service.url}/v1/Services`, {
    method: 'POST',
    headers: authOf(service),
    body: new URLSearchParams({ UniqueName: name }),
  });
}

function authOf({ accountSid, authToken }: Service): { Authorization: string } {
  return { Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };
}

function postmasterOf({ env }: Service): Promise<number> {
  return postmasterIn(dataDirOf(env));
}

async function postmasterIn(dataDir: string): Promise<number> {
  // The first line is the pid.
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function dataDirOf(env: Readonly<Record<string, string>>): string {
  return env['MASKLINE_DATA_DIR'] ?? '';
}

async function waitingFor(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))`,
  );
  return rows[0]?.n ?? 0;
}
