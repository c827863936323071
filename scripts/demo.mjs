// The life of a session, told in the terminal through Twilio's own SDK. `npm run demo` brings a Maskline of its own and leaves
// nothing; with MASKLINE_URL, MASKLINE_ACCOUNT_SID and MASKLINE_AUTH_TOKEN it uses a running one, whose history it then reads as
// `maskline timeline` does. Every fact on the screen is an answer of the API or of the log; one that is not as it should be
// ends the demo with exit code 1.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pc from 'picocolors';
import { build } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lifetime = 5;

await build();
const { freePort, newSid, spawnSupervised } = await import('../dist/libs/platform/src/index.js');
const { default: twilio } = await import('twilio');

const maskline = process.env.MASKLINE_URL === undefined ? await startOwn() : existing();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted = true;
    void maskline.stop().then(() => process.exit(130));
  });
}
try {
  await tell(maskline);
} catch (error) {
  if (!interrupted) {
    console.error(`\n${pc.red('The demo failed:')} ${error.message}`);
    process.exitCode = 1;
  }
} finally {
  await maskline.stop();
}

async function tell({ url, accountSid, authToken, env }) {
  const client = twilio(accountSid, authToken);
  client.proxy.baseUrl = url;
  const { services } = client.proxy.v1;
  // A running Maskline may have seen the demo before.
  const suffix = Date.now().toString(36);

  const service = await services.create({ uniqueName: `rides-${suffix}` });
  try {
    title('A service');
    fact('created', service.uniqueName, service.sid);
    const { sessions } = services(service.sid);

    title('Two sessions');
    const long = await sessions.create({ uniqueName: 'ride-1042', ttl: 3600 });
    const short = await sessions.create({ uniqueName: 'ride-1043', ttl: lifetime });
    for (const session of [long, short]) show('created', session);
    expect(short.status, 'open', 'the status of a new session');

    title('Found again');
    const listed = await services(service.sid).sessions.list();
    for (const session of listed) show('listed', session);
    expect(listed.map(({ sid }) => sid).join(), [short.sid, long.sid].join(), 'the list, newest first');
    const named = await sessionOf(services, service, 'ride-1042').fetch();
    show('by its name', named);
    expect(named.sid, long.sid, 'the session with this name');

    title('Changed');
    const changed = await sessionOf(services, service, long.sid).update({ ttl: 7200 });
    show('updated', changed);
    expect(changed.ttl, 7200, 'the new ttl');

    title('Expired, live');
    const expired = await watch(sessionOf(services, service, short.sid));
    show('expired', expired);
    expect(expired.closedReason, 'ttl-expired', 'the reason');
    expect(expired.dateEnded - expired.dateCreated, lifetime * 1000, 'its life in milliseconds');

    title('Opened again');
    const reopened = await sessionOf(services, service, short.sid).update({
      status: 'in-progress',
      ttl: 600,
    });
    show('re-opened', reopened);
    expect(reopened.status, 'in-progress', 'the status');

    title('Deleted');
    await sessionOf(services, service, short.sid).remove();
    const gone = await sessionOf(services, service, short.sid)
      .fetch()
      .catch((error) => error);
    fact('fetched', `${gone.status}`, `error ${gone.code}: ${gone.message}`);
    expect(gone.status, 404, 'the answer for a deleted session');

    title('What happened, from the log');
    const history = await timeline(short.sid, env);
    for (const event of history) showEvent(event);
    expect(
      history.map(({ type }) => type).join(', '),
      'SessionCreated, SessionExpired, SessionReopened, SessionTtlChanged, SessionDeleted',
      'the events',
    );
    expect(history[0].actor, accountSid, 'who created it');
  } finally {
    await services(service.sid).remove();
  }
}

function sessionOf(services, service, session) {
  return services(service.sid).sessions(session);
}

/** Counts down until the API says that the session is closed. */
async function watch(session) {
  const giveUp = Date.now() + (lifetime + 10) * 1000;
  for (let shown = ''; Date.now() < giveUp; await delay(100)) {
    const { status, dateCreated, ttl } = await session.fetch();
    const left = Math.max(0, Math.ceil((dateCreated.getTime() + ttl * 1000 - Date.now()) / 1000));
    const line = `${status}, ${left} s left of ${ttl}`;
    if (status === 'closed') {
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
      return session.fetch();
    }
    if (line !== shown) {
      const text = `  ${pc.dim('waiting'.padEnd(12))} ${line} ${pc.cyan('█'.repeat(left))}`;
      process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
      shown = line;
    }
  }
  throw new Error(`the session did not expire within ${lifetime + 10} s`);
}

async function timeline(sid, env) {
  const bin = join(root, 'apps/cli/bin/maskline.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [bin, 'timeline', sid, '--json'], { env });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function title(text) {
  console.log(`\n${pc.bold(text)}`);
}

function fact(what, value, more) {
  console.log(`  ${pc.dim(what.padEnd(12))} ${value}  ${pc.dim(more)}`);
}

function show(what, { sid, uniqueName, status, closedReason, ttl, dateEnded }) {
  const colour = status === 'closed' ? pc.yellow : pc.green;
  const end = dateEnded === null ? '' : `, ended ${dateEnded.toISOString()} (${closedReason})`;
  fact(what, `${uniqueName}  ${colour(status)}  ttl ${ttl} s${end}`, sid);
}

function showEvent({ version, type, occurredAt, actor, changes, late }) {
  fact(`${version}  ${occurredAt.slice(11)}`.padEnd(18), type.padEnd(18), `by ${actor}`);
  const told = changes.filter(({ from, to }) => typeof from !== 'object' || to !== null);
  const text = told.map(({ field, from, to }) =>
    from === null ? `${field} ${to}` : `${field} ${from} → ${to}`,
  );
  if (text.length > 0) console.log(pc.dim(`${' '.repeat(22)}${text.join(', ')}`));
  if (late !== null) console.log(pc.yellow(`${' '.repeat(22)}${late}`));
}

function expect(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what} should be ${expected} and is ${actual}`);
}

function existing() {
  const { MASKLINE_URL: url, MASKLINE_ACCOUNT_SID: accountSid, MASKLINE_AUTH_TOKEN: authToken } = process.env;
  if (!accountSid || !authToken) {
    console.error('With MASKLINE_URL, set MASKLINE_ACCOUNT_SID and MASKLINE_AUTH_TOKEN too.');
    process.exit(1);
  }
  return { url, accountSid, authToken, env: process.env, stop: async () => undefined };
}

/** A standalone with a directory and an account of its own. It never outlives this process. */
async function startOwn() {
  const dataDir = mkdtempSync(join(tmpdir(), 'maskline-demo-'));
  // PostgreSQL may have to run as another user than we.
  chmodSync(dataDir, 0o755);
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
      return { url, accountSid, authToken, env, stop };
    if (child.exitCode !== null || Date.now() > giveUp) {
      await stop();
      console.error(output);
      process.exit(1);
    }
  }
}
