import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { hashSecret } from '#application';
import { packageRoot, type Database } from '#platform';
import { call, startService, testDatabase, waitFor, type Login } from '#testing';

// Secrets are used in every way there is; then every table, every log line and everything that the CLI and the API said is
// searched for them. The one place that may hold one is the answer of the command that made it.

const bin = join(packageRoot, 'apps/cli/bin/maskline.mjs');

/** How a secret may look where it should not be. */
function spellings(username: string, secret: string): string[] {
  const texts = [secret, `${username}:${secret}`].map((text) => Buffer.from(text));
  // Without the end, which depends on what follows.
  const base64 = texts.map((text) => text.toString('base64').replace(/.?=*$/, ''));
  const hex = texts.map((text) => text.toString('hex'));
  return [secret, ...base64, ...hex];
}

/** Every row of every table, as text: `bytea` in hexadecimal. */
async function dump({ admin }: Database): Promise<Map<string, string>> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const texts = new Map<string, string>();
  for (const { name } of tables) {
    const { rows } = await admin.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.set(name, rows.map(({ row }) => row).join('\n'));
  }
  return texts;
}

describe('a secret', () => {
  it('is in no table, log line, command output or answer but the one that made it', async () => {
    const { url: databaseUrl, database } = await testDatabase();
    const api = await startService('api', { env: { DATABASE_URL: databaseUrl, LOG_LEVEL: 'trace' } });
    const said: string[] = [];
    const canaries = new Map<string, string[]>();
    const secret = (what: string, username: string, text: string): Login => {
      canaries.set(what, spellings(username, text));
      return { username, password: text };
    };
    const run = (args: string) =>
      new Promise<string>((resolve) => {
        const env = { PATH: process.env['PATH'], ...api.env, DATABASE_URL: databaseUrl };
        execFile(process.execPath, [bin, ...args.split(' ')], { env }, (_, stdout, stderr) => {
          resolve(`${args}\n${stdout}${stderr}`);
        });
      });
    const maskline = async (...lines: string[]) => {
      for (const text of await Promise.all(lines.map(run))) said.push(text);
    };
    // Brings the tables of the queues, for which the worker waits.
    await maskline('migrate');
    const worker = await startService('worker', { like: api });
    const made = async (args: string) => {
      const output = await run(`${args} --json`);
      const json: unknown = JSON.parse(output.slice(output.indexOf('\n')));
      return z
        .object({ sid: z.string(), authToken: z.string().optional(), secret: z.string().optional() })
        .parse(json);
    };
    const ask = async (login: Login, method: string, path: string, body?: Record<string, string>) => {
      const answer = await call(api.url, method, path, { login, ...(body ? { body } : {}) });
      said.push(JSON.stringify(answer.headers), answer.text);
      return answer;
    };

    const sid = api.accountSid;
    const masterKey = String(api.env['MASKLINE_MASTER_KEY']);
    canaries.set('the master key', [
      masterKey,
      Buffer.from(masterKey, 'hex').toString('base64').replace(/=*$/, ''),
    ]);
    const token = secret('the auth token', sid, api.authToken);
    const key = await made(`key create ${sid} --name canary-key`);
    const keyLogin = secret('the secret of a key', key.sid, String(key.secret));
    const revoked = await made(`key create ${sid}`);
    const revokedLogin = secret('the secret of a revoked key', revoked.sid, String(revoked.secret));
    const account = await made('account create');
    const first = secret('the token of an account', account.sid, String(account.authToken));
    const second = secret(
      'its secondary token',
      account.sid,
      String((await made(`token create ${account.sid}`)).authToken),
    );

    const created = await ask(token, 'POST', '/v1/Services', { UniqueName: 'canary-service' });
    const service = `/v1/Services/${String(created.body?.['sid'])}`;
    await maskline('consumer add canary-consumer --start beginning', 'consumer list --json');
    const session = await ask(keyLogin, 'POST', `${service}/Sessions`, { Ttl: '1' });
    const sessionSid = String(session.body?.['sid']);
    for (const login of [first, second, revokedLogin]) {
      expect((await ask(login, 'GET', '/v1/Services')).status).toBe(200);
    }
    for (const [i, login] of [token, keyLogin, first].entries()) {
      const guess = secret(`wrong password ${i}`, login.username, randomBytes(16).toString('hex'));
      expect((await ask(guess, 'GET', '/v1/Services')).status).toBe(401);
    }
    // A password in the place of the name, as people do.
    expect((await ask({ username: token.password, password: 'x' }, 'GET', '/v1/Services')).status).toBe(401);

    await maskline(`token promote ${account.sid}`, `key revoke ${revoked.sid}`);
    const third = secret(
      'a third token',
      account.sid,
      String((await made(`token create ${account.sid}`)).authToken),
    );
    await maskline(`token delete ${account.sid}`);
    // Whatever goes wrong with the secrets themselves is told too.
    await database.admin.query('alter table maskline.secret rename to secret_away');
    expect((await ask(third, 'GET', '/v1/Services')).status).toBeGreaterThanOrEqual(401);
    await waitFor(async () => (await ask(token, 'GET', '/v1/Services')).status === 500, { within: 8_000 });
    await maskline(`token create ${sid}`, `key revoke ${key.sid}`);
    await database.admin.query('alter table maskline.secret_away rename to secret');

    await maskline(`timeline ${sid}`, `timeline ${account.sid} --json`);
    await maskline(`timeline ${sessionSid} --json`, `timeline ${account.sid} --at 1`);
    await maskline('replay --consumer canary-consumer --go', `key list ${sid}`);
    await maskline('verify --state --hashes', `rebuild --stream ${sessionSid}`);
    await maskline('status', `token list ${account.sid}`);
    const headers = { authorization: `Basic ${btoa(`${keyLogin.username}:${keyLogin.password}`)}` };
    for (const page of [`${api.url}/metrics`, `${api.url}/docs-json`, `${worker.url}/metrics`]) {
      const answer = await fetch(page, { headers });
      expect(answer.status).toBe(200);
      said.push(await answer.text());
    }
    await Promise.all([api.stop(), worker.stop()]);

    const texts = await dump(database);
    texts.set('the log of the api', api.logs());
    texts.set('the log of the worker', worker.logs());
    texts.set('what was said', said.join('\n'));
    // They are searched indeed: what belongs there is found.
    const found = (what: string, text: string) => expect(texts.get(what)).toContain(text);
    found('maskline.secret', hashSecret(keyLogin.password).toString('hex'));
    found('maskline.event', 'AuthTokenPromoted');
    found('maskline.service', 'canary-service');
    found('bullmq.job', 'canary-consumer');
    found('the log of the api', '"status":401');
    found('the log of the api', '"level":"error"');
    found('what was said', 'canary-key');
    found('what was said', 'secret');

    const leaks = [...texts].flatMap(([where, text]) =>
      [...canaries].flatMap(([what, forms]) =>
        forms.some((form) => text.includes(form)) ? [`${what} is in ${where}`] : [],
      ),
    );
    expect(leaks).toEqual([]);
  }, 600_000);
});
