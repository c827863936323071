import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UnrecoverableError } from 'bullmq';
import { z } from 'zod';
import { openDatabase, packageRoot, runningEmbeddedPostgres, type Database } from '#platform';
import { eventQueue, openQueues } from '#queues';
import { call, cleanUp, startService, waitFor, type Login, type Service } from '#testing';

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const bin = join(packageRoot, 'apps/cli/bin/maskline.mjs');

const isRoot = process.getuid?.() === 0;
const SOMEBODY = { uid: 1, gid: 1 };

function canEnterPackage(): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', packageRoot], { ...SOMEBODY, cwd: '/' }).status === 0;
}

let service: Service;
let database: Database;

beforeAll(async () => {
  service = await startService('standalone');
  database = openDatabase({ DATABASE_URL: databaseUrl() }, 'spec');
  cleanUp(() => database.close());
});

function databaseUrl(): string {
  const url = runningEmbeddedPostgres(service.env['MASKLINE_DATA_DIR'] ?? '');
  if (url === null) throw new Error('the database does not run');
  return url;
}

function environment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', ...service.env, ...env };
}

function maskline(args: string, env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string) => {
      const code = error === null ? 0 : 'code' in error ? Number(error.code) : -1;
      resolve({ code, stdout, stderr });
    };
    execFile(process.execPath, [bin, ...args.split(' ')], { env: environment(env) }, done);
  });
}

/** What a command that must succeed says with --json, a value a line. */
async function answers<Value>(schema: z.ZodType<Value>, args: string): Promise<Value[]> {
  const { code, stdout, stderr } = await maskline(`${args} --json`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}

const owner = (): Login => ({ username: service.accountSid, password: service.authToken });

async function post(path: string, body: Record<string, string>, login = owner()) {
  const { status, headers, body: answer } = await call(service.url, 'POST', path, { login, body });
  expect([200, 201]).toContain(status);
  return { sid: z.string().parse(answer?.['sid']), requestId: headers['twilio-request-id'] };
}

async function newSession(): Promise<{ path: string; sid: string; requestId: unknown; serviceSid: string }> {
  const { sid: serviceSid } = await post('/v1/Services', { UniqueName: `cli-${Math.random()}` });
  const session = await post(`/v1/Services/${serviceSid}/Sessions`, { Ttl: '600' });
  return { ...session, serviceSid, path: `/v1/Services/${serviceSid}/Sessions/${session.sid}` };
}

describe('maskline', () => {
  it('knows its commands', async () => {
    const { code, stdout } = await maskline('--help');
    expect(code).toBe(0);
    for (const command of [
      'timeline',
      'verify',
      'rebuild',
      'consumer',
      'dlq',
      'deliveries',
      'replay',
      'account',
      'token',
      'key',
      'hold',
      'migrate',
      'status',
    ]) {
      expect(stdout).toContain(`  ${command} `);
    }
  });

  it.each([
    [
      'timeline KC00000000000000000000000000000000',
      {},
      'there never was a KC00000000000000000000000000000000',
    ],
    ['timeline s1', {}, 's1 is no SID'],
    ['rebuild --stream foo', {}, 'foo is no SID'],
    ['timeline KC0', { MASKLINE_DATA_DIR: '/nonexistent' }, 'there is no data in /nonexistent'],
    [
      'status',
      { MASKLINE_DATA_DIR: '/dev/null' },
      'cannot use the data directory /dev/null (MASKLINE_DATA_DIR): there is',
    ],
    ['timeline KC0', { DATABASE_URL: 'postgres://127.0.0.1:1/x' }, 'cannot reach 127.0.0.1:1'],
    ['status', { PORT: 'x' }, 'PORT must be a whole number from 0 to 65535'],
    ['key create KS0', {}, 'KS0 is no account SID'],
    [
      'rebuild nothing',
      {},
      'there is no table nothing: take service or phone_number or short_code or session or',
    ],
    ['replay --consumer nobody --session KS0', {}, '--session KS0 is no session SID'],
    ['replay --consumer nobody --service my-name', {}, '--service my-name is no service SID'],
    ['replay --consumer nobody --from 9 --to 3', {}, '--from 9 is after --to 3'],
    [
      'replay --consumer nobody --from 2026-01-02 --to 2026-01-01T23:00Z',
      {},
      '--from 2026-01-02 is after --to 2026-01-01T23:00Z',
    ],
    ['replay --consumer nobody --from 3 --to 3', {}, 'there is no consumer nobody'],
    ['replay --consumer nobody', {}, 'there is no consumer nobody: see maskline consumer list'],
    ['key revoke nobody', {}, 'nobody is no SID of an API key'],
    [
      'deliveries redeliver DL00000000000000000000000000000000 --rate 5',
      {},
      '--rate is of many: one delivery is made again as it is',
    ],
    ['consumer add hook --ordered', {}, '--secret, --ordered and --personal need --url'],
    ['consumer add hook --url http://app.example.com', {}, 'it must be an https URL'],
    ['consumer add hook --url https://app.example.com --secret short', {}, 'a secret must be whsec_ and'],
  ])('%s with %j says in one line what is wrong', async (args, env, complaint) => {
    const { code, stdout, stderr } = await maskline(args, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^maskline: .*\n$/);
    expect(stderr).toContain(complaint);
  });

  (isRoot && canEnterPackage() ? it : it.skip)('names the data directory that is of another user', () => {
    const dataDir = service.env['MASKLINE_DATA_DIR'] ?? '';
    const { status, stderr } = spawnSync(process.execPath, [bin, 'status'], {
      ...SOMEBODY,
      env: environment(),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `maskline: cannot use the data directory ${dataDir} (MASKLINE_DATA_DIR): permission denied\n`,
    });
  });
});

describe('timeline', () => {
  const event = z.object({
    version: z.number(),
    type: z.string(),
    actor: z.string(),
    requestId: z.string().nullable(),
    changes: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })),
  });

  it('tells who changed what by which request, of a deleted session too', async () => {
    const { sid, path, requestId } = await newSession();
    const update = await post(path, { Ttl: '900' });
    await call(service.url, 'DELETE', path, { login: owner() });
    const told = await answers(event, `timeline ${sid}`);
    expect(told).toMatchObject([
      { version: 1, type: 'SessionCreated', actor: service.accountSid, requestId },
      { version: 2, type: 'SessionTtlChanged', actor: service.accountSid, requestId: update.requestId },
      { version: 3, type: 'SessionDeleted', actor: service.accountSid, changes: [] },
    ]);
    expect(told[1]?.changes[0]).toEqual({ field: 'ttl', from: 600, to: 900 });

    const { stdout } = await maskline(`timeline ${sid}`);
    expect(stdout).toContain(`session ${sid} of ${service.accountSid}  deleted`);
    expect(stdout).toMatch(/ttl +600 → 900/);
    // Nobody looks at it in a terminal.
    expect(stdout).not.toContain('\u001b');
  });

  it('says how late an expiry was noticed', async () => {
    const { sid: serviceSid } = await post('/v1/Services', { UniqueName: 'late' });
    const { sid } = await post(`/v1/Services/${serviceSid}/Sessions`, { Ttl: '1' });
    const { stdout } = await waitFor(async () => {
      const told = await maskline(`timeline ${sid}`);
      return told.stdout.includes('SessionExpired') && told;
    });
    expect(stdout).toMatch(/noticed \d+\.\d{3} s after the deadline/);
    expect(stdout).toContain('by system:expiry');
  });

  it('shows a session as it was', async () => {
    const { sid, path } = await newSession();
    await post(path, { Ttl: '900' });
    const row = z.object({ ttl: z.number() }).nullable();
    expect(await answers(row, `timeline ${sid} --at 1`)).toEqual([{ ttl: 600 }]);
    expect(await answers(row, `timeline ${sid} --at 2999-01-01`)).toEqual([{ ttl: 900 }]);
    expect(await answers(row, `timeline ${sid} --at 2020-01-01`)).toEqual([null]);
    expect(await maskline(`timeline ${sid} --at 99`)).toEqual({
      code: 1,
      stdout: '',
      stderr: `maskline: ${sid} has no version 99: its last is 2\n`,
    });
  });
});

describe('account and key', () => {
  const list = (login: Login) => call(service.url, 'GET', '/v1/Services', { login });

  it('make credentials that work, until they are revoked', async () => {
    const [account] = await answers(z.object({ sid: z.string(), authToken: z.string() }), 'account create');
    expect(await list({ username: account?.sid ?? '', password: account?.authToken ?? '' })).toMatchObject({
      status: 200,
    });

    const newKey = z.object({ sid: z.string(), secret: z.string() });
    const [key] = await answers(newKey, `key create ${account?.sid} --name ci`);
    const login = { username: key?.sid ?? '', password: key?.secret ?? '' };
    expect((await list(login)).status).toBe(200);

    expect((await maskline(`key revoke ${login.username}`)).stdout).toBe(`revoked ${login.username}\n`);
    await waitFor(async () => (await list(login)).status === 401);
    const [reader] = await answers(newKey, `key create ${account?.sid} --role read-only`);
    const readOnly = { username: reader?.sid ?? '', password: reader?.secret ?? '' };
    expect((await list(readOnly)).status).toBe(200);
    expect((await call(service.url, 'POST', '/v1/Services', { login: readOnly })).status).toBe(403);
    const keys = await answers(
      z.object({
        sid: z.string(),
        name: z.string(),
        role: z.string(),
        revokedAt: z.string().nullable(),
      }),
      `key list ${account?.sid}`,
    );
    expect(keys).toEqual([
      { sid: login.username, name: 'ci', role: 'operator', revokedAt: expect.any(String) },
      { sid: readOnly.username, name: '', role: 'read-only', revokedAt: null },
    ]);
    expect((await maskline(`key revoke ${readOnly.username}`)).code).toBe(0);
    expect((await maskline(`key revoke ${login.username}`)).code).toBe(1);
  });
});

describe('hold', () => {
  const held = z.object({ sid: z.string(), actor: z.string(), reason: z.string() });
  const statusOfDelete = async (path: string) =>
    (await call(service.url, 'DELETE', path, { login: owner() })).status;

  it('keeps a session from being deleted until it is released', async () => {
    const { path, sid } = await newSession();
    const { accountSid } = service;
    expect((await maskline(`hold place ${sid} --reason court`)).stdout).toBe(`${sid} is on legal hold\n`);
    expect(await maskline(`hold place ${sid} --reason again`)).toMatchObject({
      code: 1,
      stderr: 'maskline: it is on legal hold already\n',
    });
    expect(await statusOfDelete(path)).toBe(403);
    expect(await answers(held, `hold list ${accountSid}`)).toEqual([
      { sid, actor: 'system:cli', reason: 'hidden' },
    ]);
    expect(await answers(held, `hold list ${accountSid} --personal`)).toMatchObject([{ reason: 'court' }]);
    expect((await maskline(`hold release ${sid} --reason over`)).code).toBe(0);
    expect(await statusOfDelete(path)).toBe(204);
    const { stdout } = await maskline(`timeline ${sid}`);
    for (const type of ['SessionHoldPlaced', 'SessionHoldReleased', 'SessionDeleted'])
      expect(stdout).toContain(type);
  });

  it('keeps all sessions of an account, but is of no service', async () => {
    const { path, serviceSid } = await newSession();
    const { accountSid } = service;
    expect(await maskline(`hold place ${serviceSid} --reason court`)).toMatchObject({
      code: 1,
      stderr: 'maskline: only a session or an account can be on legal hold\n',
    });
    expect((await maskline(`hold place ${accountSid} --reason subpoena`)).code).toBe(0);
    expect(await statusOfDelete(path)).toBe(403);
    const { stdout } = await maskline(`timeline ${accountSid}`);
    expect(stdout).toContain('AccountHoldPlaced');
    expect(stdout).not.toContain('subpoena');
    expect((await maskline(`hold release ${accountSid} --reason over`)).code).toBe(0);
    expect(await statusOfDelete(path)).toBe(204);
  });
});

describe('token', () => {
  it('rotates: two are accepted until the new one is promoted', async () => {
    const account = z.object({ sid: z.string(), authToken: z.string() });
    const status = async ({ sid, authToken }: z.infer<typeof account>) => {
      const login = { username: sid, password: authToken };
      return (await call(service.url, 'GET', '/v1/Services', { login })).status;
    };
    const becomes = (token: z.infer<typeof account>, expected: number) =>
      waitFor(async () => (await status(token)) === expected, { every: 200 });
    const tokensOf = (sid: string) => answers(z.object({ token: z.string() }), `token list ${sid}`);

    const [first] = await answers(account, 'account create');
    if (first === undefined) throw new Error('no account');
    expect(await maskline(`token promote ${first.sid}`)).toMatchObject({
      code: 1,
      stderr: 'maskline: the account has no secondary auth token\n',
    });
    const [dropped] = await answers(account, `token create ${first.sid}`);
    if (dropped === undefined) throw new Error('no token');
    await becomes(dropped, 200);
    expect((await maskline(`token create ${first.sid}`)).stderr).toBe(
      'maskline: the account has a secondary auth token already\n',
    );
    expect((await maskline(`token delete ${first.sid}`)).code).toBe(0);
    await becomes(dropped, 401);

    const [second] = await answers(account, `token create ${first.sid}`);
    if (second === undefined) throw new Error('no token');
    await becomes(second, 200);
    expect(await status(first)).toBe(200);
    expect(await tokensOf(first.sid)).toEqual([{ token: 'primary' }, { token: 'secondary' }]);

    expect((await maskline(`token promote ${first.sid}`)).code).toBe(0);
    await becomes(first, 401);
    expect([await status(second), await status(dropped)]).toEqual([200, 401]);
    expect(await tokensOf(first.sid)).toEqual([{ token: 'primary' }]);

    const history = await maskline(`timeline ${first.sid} --json`);
    const types = [...history.stdout.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type);
    expect(types).toEqual([
      'AccountCreated',
      'SecondaryAuthTokenCreated',
      'SecondaryAuthTokenDeleted',
      'SecondaryAuthTokenCreated',
      'AuthTokenPromoted',
    ]);
  });
});

describe('verify and rebuild', () => {
  it('find a wrong row and mend it', async () => {
    const { sid } = await newSession();
    expect(await maskline('verify --state --hashes')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^no difference in \d+ rows of tables, \d+ states of streams, \d+ events of the log\n$/,
      ),
    });
    await database.admin.query('update maskline.session set ttl = 1, mode = $2 where sid = $1', [sid, 'x']);
    const found = await maskline('verify');
    expect(found.code).toBe(1);
    expect(found.stdout).toContain(`session ${sid}: different in mode, ttl\n1 difference in `);
    expect(found.stdout).toMatch(/ in \d+ rows of tables\n$/);

    expect((await maskline(`rebuild --stream ${sid}`)).code).toBe(0);
    expect((await maskline('verify')).code).toBe(0);
  });

  it('rebuild the whole table beside the service, and may be interrupted', async () => {
    await newSession();
    await database.admin.query('delete from maskline.session');
    const child = spawn(process.execPath, [bin, 'rebuild'], { env: environment() });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
    const ended = once(child, 'exit');
    await waitFor(() => told.includes('watching late commands'));
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
    expect(told).toContain('interrupted, but the new table is in use');
    expect((await maskline('verify --state')).code).toBe(0);
  });
});

describe('consumer add --url', () => {
  it('makes a webhook, shows its secret once, and changes it', async () => {
    const refused = await maskline('consumer webhook nobody --new-secret');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('there is no consumer nobody'),
    ]);
    const { code, stdout } = await maskline('consumer add hook --url http://u:pass@127.0.0.1:9/x --ordered');
    expect(code).toBe(0);
    const [secret = ''] = /whsec_\S+/.exec(stdout) ?? [];
    const { rows } = await database.admin.query<{ kept: string }>(
      `select encode(secret, 'escape') as kept from maskline.consumer_webhook where consumer = 'hook'`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.kept).not.toContain(secret.slice(6));

    const webhook = z.object({ url: z.string(), isOrdered: z.boolean(), hasPersonal: z.boolean() });
    const consumer = z.object({ name: z.string(), webhook });
    const url = 'http://127.0.0.1:9/x';
    expect(await answers(consumer, 'consumer list')).toEqual([
      { name: 'hook', webhook: { url, isOrdered: true, hasPersonal: false } },
    ]);
    expect((await maskline('consumer list')).stdout).toContain(url);

    const changed = await maskline(
      'consumer webhook hook --url https://app.example.com/y --new-secret --keep 48',
    );
    expect(changed.stdout).toMatch(/^changed hook\nsecret +whsec_\S+\n[^]*for 48 hours/);
    expect(changed.stdout).not.toContain(secret);
    expect((await maskline('consumer list --json')).stdout).toContain('https://app.example.com/y');
    // Nobody else would take what lies there.
    expect((await maskline('consumer remove hook')).stdout).toBe('removed hook and its queue\n');
  });
});

describe('consumer and replay', () => {
  it('register, count, send and unregister', async () => {
    const { sid, serviceSid, path } = await newSession();
    await post(path, { Ttl: '900' });
    await call(service.url, 'DELETE', path, { login: owner() });

    expect((await maskline('consumer add billing --types SessionCreated SessionDeleted')).code).toBe(0);
    expect((await maskline('consumer add billing')).stderr).toContain('there is a consumer billing already');
    expect((await maskline('consumer add other --types SessionCreate')).stderr).toContain(
      'no event type SessionCreate',
    );
    const consumer = z.object({
      name: z.string(),
      types: z.array(z.string()).nullable(),
      behind: z.number(),
      waiting: z.number().nullable(),
      failed: z.number().nullable(),
    });
    expect(await answers(consumer, 'consumer list')).toEqual([
      { name: 'billing', types: ['SessionCreated', 'SessionDeleted'], behind: 0, waiting: 0, failed: 0 },
    ]);

    const backend = openQueues({ REDIS_URL: undefined, DATABASE_URL: databaseUrl() }, 'spec');
    cleanUp(() => backend.close());
    const queue = eventQueue(backend, 'billing');
    cleanUp(() => queue.stop());
    queue.start();
    await queue.connected();
    const replay = `replay --consumer billing --session ${sid}`;

    const dry = await maskline(replay);
    expect(dry.stdout).toMatch(/SessionCreated +1 [^]*SessionDeleted +1 [^]*2 events in all/);
    expect(dry.stdout).not.toContain('SessionTtlChanged');
    expect(await queue.unfinished()).toBe(0);

    expect((await maskline(`${replay} --go`)).stdout).toMatch(/sent 2 events to billing as replay \S+\n$/);
    expect(await queue.unfinished()).toBe(2);
    const ofService = `replay --consumer billing --service ${serviceSid} --type SessionDeleted --go --missing-only`;
    expect((await maskline(ofService)).stdout).toMatch(/sent 1 event to billing\n$/);
    expect(await queue.unfinished()).toBe(3);
    const again = await maskline(ofService);
    expect(again.stdout).toMatch(/sent 0 events to billing, 1 event in its queue already\n$/);
    expect((await maskline('consumer retry billing')).stdout).toBe('sent 0 events to billing again\n');
    expect(await answers(consumer, 'consumer list')).toMatchObject([{ waiting: 3, failed: 0 }]);
    expect((await maskline(`${replay} --to 1999-01-01`)).stdout).toContain('0 events in all');

    expect((await maskline('consumer remove billing')).stdout).toContain(
      'what lies in its queue stays there',
    );
    expect(await answers(consumer, 'consumer list')).toEqual([]);
    expect(await queue.unfinished()).toBe(3);
    expect((await maskline('consumer add billing')).code).toBe(0);
    expect((await maskline('consumer remove billing --drop-queue')).stdout).toBe(
      'removed billing and its queue\n',
    );
    expect(await queue.unfinished()).toBe(0);
  }, 400_000);
});

describe('dlq', () => {
  it('lists what could not be handled, and has it tried again or passed by', async () => {
    const { sid } = await newSession();
    await maskline('consumer add broken --types SessionCreated --start now');
    const backend = openQueues({ REDIS_URL: undefined, DATABASE_URL: databaseUrl() }, 'spec');
    cleanUp(() => backend.close());
    const isBroken = () => Promise.reject(new UnrecoverableError('+15005550001'));
    const quiet = { failed: () => undefined, jobFailed: () => undefined };
    const worker = backend.openWorker('consumer-broken', isBroken, 1, quiet);
    await maskline(`replay --consumer broken --session ${sid} --go`);
    await database.admin.query(
      `insert into maskline.dead_letter (partition, subscription, stream_id, version, position, event_id, type, error)
       select partition, 'cascade', stream_id, version, position, event_id, type, 'TypeError' from maskline.event
       where stream_id = $1 and version = 1`,
      [sid],
    );

    const failure = z.object({
      id: z.string(),
      reader: z.string(),
      streamId: z.string(),
      kind: z.string(),
      error: z.string(),
    });
    const [parked, failed] = await waitFor(
      async () => {
        const found = await answers(failure, 'dlq list');
        return found.length === 2 && found;
      },
      { every: 500 },
    );
    await worker.close();
    expect(parked).toMatchObject({ reader: 'cascade', streamId: sid, kind: 'parked', error: 'TypeError' });
    expect(failed).toMatchObject({ reader: 'consumer:broken', streamId: sid, kind: 'failed' });
    expect((await maskline(`dlq show ${failed?.id ?? ''}`)).stdout).toContain(sid);

    expect((await maskline('dlq retry')).stderr).toContain('say which');
    expect((await maskline('dlq retry 999999')).stderr).toContain('there is no 999999');
    expect((await maskline(`dlq skip ${failed?.id ?? ''}`)).stderr).toContain('--reason');
    expect((await maskline(`dlq skip ${failed?.id ?? ''} --reason spec`)).stdout).toBe('passed it by\n');
    expect((await maskline(`dlq retry ${parked?.id ?? ''}`)).stdout).toBe(
      'asked for 1 event to be tried again\n',
    );
    expect((await maskline('dlq retry --all')).stdout).toBe('asked for 0 events to be tried again\n');
    expect(await answers(failure, 'dlq list')).toHaveLength(1);
    expect((await maskline('consumer pause broken')).stdout).toBe('paused broken: it takes nothing more\n');
    expect((await maskline('consumer list')).stdout).toContain('broken (paused)');
    expect((await maskline('consumer resume broken')).stdout).toBe('resumed broken\n');
    await maskline('consumer remove broken --drop-queue');
    await database.admin.query('delete from maskline.dead_letter');
  }, 400_000);
});

describe('without a running service', () => {
  it('starts the database for the time of the command', async () => {
    await database.close();
    await service.stop();
    const { code, stdout } = await maskline('status');
    expect(code).toBe(0);
    expect(stdout).toContain('expiry-arming');
    expect((await maskline('migrate')).stdout).toBe('nothing to migrate\n');
    expect(processesIn(service.env['MASKLINE_DATA_DIR'] ?? '')).toEqual([]);
  });
});

/** PostgreSQL works in its data directory. */
function processesIn(directory: string): string[] {
  return readdirSync('/proc').filter((entry) => {
    try {
      return /^\d+$/.test(entry) && readlinkSync(`/proc/${entry}/cwd`).startsWith(directory);
    } catch {
      return false;
    }
  });
}
