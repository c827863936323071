// Two people text and call each other and never learn each other's numbers, told in the terminal through Twilio's own SDK.
// `npm run demo` brings a Maskline of its own and leaves nothing; with MASKLINE_URL, MASKLINE_ACCOUNT_SID and MASKLINE_AUTH_TOKEN it
// uses a running one, whose history it then reads as `maskline timeline` does. Every fact on the screen is what a phone, the API or
// the log shows; one that is not as it should be ends the demo with exit code 1.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pc from 'picocolors';
import { build } from './build.mjs';
import { drawPhones } from './demo/phones.mjs';
import { existing, startOwn } from './demo/stage.mjs';

const bin = fileURLToPath(new URL('../apps/cli/bin/maskline.mjs', import.meta.url));
/** Seconds without a word after which the session ends. */
const ttl = 5;
const over = 'This ride is over.';

await build();
const { default: twilio } = await import('twilio');

const maskline = process.env.MASKLINE_URL === undefined ? await startOwn() : existing();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted = true;
    void maskline.stop().then(() => process.exit(130));
  });
}
const ourServer = await startOurServer();
try {
  await tell(maskline);
} catch (error) {
  if (!interrupted) {
    console.error(`\n${pc.red('The demo failed:')} ${error.message}`);
    process.exitCode = 1;
  }
} finally {
  ourServer.close();
  await maskline.stop();
}

async function tell({ url, accountSid, authToken, env, isOurs }) {
  const client = twilio(accountSid, authToken);
  client.proxy.baseUrl = url;
  const { services } = client.proxy.v1;
  const phone = phonesOf(url, accountSid, authToken);
  // A running Maskline may have seen the demo before.
  const { sid } = await services.create({
    uniqueName: `rides-${Date.now().toString(36)}`,
    ...(isOurs && { outOfSessionCallbackUrl: `http://127.0.0.1:${ourServer.address().port}/` }),
  });
  const service = services(sid);
  try {
    title('A service with two numbers, and a session of two people');
    const pool = [];
    for (const phoneNumber of spareNumbers()) pool.push(await service.phoneNumbers.create({ phoneNumber }));
    fact('pool', pool.map(({ phoneNumber }) => phoneNumber).join('   '), sid);
    const { sid: ride } = await service.sessions.create({ uniqueName: 'ride-1042', ttl });
    const session = service.sessions(ride);
    fact('session', `ride-1042, ends after ${ttl} s of silence`, ride);
    const add = (identifier, friendlyName) => session.participants.create({ identifier, friendlyName });
    const [alice, bob] = [
      { ...(await add('+12025550111', 'Alice')).toJSON(), name: 'Alice' },
      { ...(await add('+12025550112', 'Bob')).toJSON(), name: 'Bob' },
    ];
    for (const { name, proxyIdentifier, sid: participant } of [alice, bob]) {
      fact(name, `reaches the other by ${proxyIdentifier}`, participant);
    }

    title('What each of them sees');
    const screen = drawPhones(alice, bob);
    const text = async (from, to, body) => {
      await timeToRead();
      screen.show(from, `to ${from.proxyIdentifier}`, pc.dim);
      screen.show(from, body, pc.green);
      await phone.text(from, body);
      await arrival(to, body);
    };
    const arrival = async (to, body) => {
      const got = await until(`${to.name} has the text`, async () =>
        (await phone.messages(to)).find((message) => message.body === body),
      );
      expect(got.from, to.proxyIdentifier, `the number that ${to.name} sees`);
      screen.show(to, `from ${got.from}`, pc.dim);
      screen.show(to, body, pc.cyan);
    };
    await text(alice, bob, 'I am at the corner of Main and 4th.');
    await text(bob, alice, 'Two minutes! Blue car.');
    await session
      .participants(alice.sid)
      .messageInteractions.create({ body: 'Bob is there. Have a good ride!' });
    await arrival(alice, 'Bob is there. Have a good ride!');
    await timeToRead();
    screen.show(bob, `calls ${bob.proxyIdentifier}`, pc.green);
    await phone.call(bob, 42);
    const rung = await until('the call is over', async () =>
      (await phone.calls(alice)).find(
        ({ direction, status }) => direction === 'inbound' && status === 'completed',
      ),
    );
    expect(rung.from, alice.proxyIdentifier, 'the number that Alice sees');
    screen.show(alice, `rings: ${rung.from}`, pc.cyan);
    for (const person of [alice, bob]) screen.show(person, `${rung.duration} s of talk`, pc.dim);
    screen.end();

    title('What the API shows');
    // The end of the call is told to the caller's leg last.
    const interactions = await until('the call has its duration', async () => {
      const all = await session.interactions.list();
      return all.some(({ data }) => data?.includes('duration')) && all.toReversed();
    });
    const nameOf = (participant) =>
      [alice, bob].find((one) => one.sid === participant)?.name ?? 'the account';
    for (const { sid: interaction, type, data, outboundResourceStatus: status, ...ends } of interactions) {
      const way = `${nameOf(ends.inboundParticipantSid)} → ${nameOf(ends.outboundParticipantSid)}`;
      fact(type, `${way.padEnd(20)} ${status.padEnd(10)} ${data}`, interaction);
    }
    expect(interactions.length, 4, 'the number of interactions');

    title('Silence: the session expires');
    const { closedReason, dateEnded } = await watch(session);
    fact('closed', `${closedReason}, ${dateEnded.toISOString()}`, ride);
    expect(closedReason, 'ttl-expired', 'the reason');

    title('A late text is turned away');
    const late = 'Did I leave my umbrella?';
    const after = drawPhones(alice, bob);
    after.show(alice, `to ${alice.proxyIdentifier}`, pc.dim);
    after.show(alice, late, pc.green);
    await phone.text(alice, late);
    if (isOurs) {
      const answer = await until('Alice has an answer', async () =>
        (await phone.messages(alice)).find(({ body }) => body === over),
      );
      after.show(alice, `from ${answer.from}`, pc.dim);
      after.show(alice, over, pc.cyan);
    } else await delay(1000);
    after.end();
    const got = await phone.messages(bob);
    expect(got.filter(({ body }) => body === late).length, 0, 'late texts on Bob’s phone');

    title('What happened, from the log: numbers without their end, words hidden');
    const [history, verdict] = await Promise.all([run(env, 'timeline', ride, '--json'), run(env, 'verify')]);
    const events = history.split('\n').map((line) => JSON.parse(line));
    for (const event of events) showEvent(event, nameOf);
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === 'InteractionStarted').length, 4, 'interactions in the log');
    expect(types.at(-1), 'SessionExpired', 'the last event');
    expect(/\+1202555011\d|corner|umbrella/.test(history), false, 'who it was, in the history');

    title('Every row that the API shows, held against the events');
    fact('verify', verdict, '');
  } finally {
    await service.remove();
  }
}

/** What people do with their phones: the carrier below is the simulator. */
function phonesOf(url, accountSid, authToken) {
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const ask = async (path, body) => {
    const answer = await fetch(`${url}/simulator/${path}`, {
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`the simulator answered ${answer.status}`);
    return answer.json();
  };
  const of = ({ identifier }) => `phones/${encodeURIComponent(identifier)}`;
  return {
    text: ({ identifier: from, proxyIdentifier: to }, body) => ask('messages', { from, to, body }),
    call: ({ identifier: from, proxyIdentifier: to }, seconds) => ask('calls', { from, to, seconds }),
    messages: (person) => ask(`${of(person)}/messages`),
    calls: (person) => ask(`${of(person)}/calls`),
  };
}

/** Two of the numbers that belong to films and books: others may be in another pool. */
function spareNumbers() {
  const first = 120 + Math.floor(Math.random() * 39) * 2;
  return [first, first + 1].map((end) => `+12025550${end}`);
}

/** Of the company: what no session takes is answered by a text. */
async function startOurServer() {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('Content-Type', 'text/xml');
    response.end(`<Response><Message>${over}</Message></Response>`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** Counts down until the API says that the session is closed. */
async function watch(session) {
  let shown = '';
  return until('the session has expired', async () => {
    const fetched = await session.fetch();
    if (fetched.status === 'closed') {
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
      return fetched;
    }
    const since = fetched.dateLastInteraction ?? fetched.dateCreated;
    const left = Math.max(0, Math.ceil((since.getTime() + ttl * 1000 - Date.now()) / 1000));
    const line = `${fetched.status}, ${left} s left`;
    if (line !== shown) {
      const text = `  ${pc.dim('waiting'.padEnd(12))} ${line} ${pc.cyan('█'.repeat(left))}`;
      process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
    }
    shown = line;
    return null;
  });
}

/** For whoever watches; nobody does when it is written to a file. */
function timeToRead() {
  return delay(process.stdout.isTTY ? 700 : 0);
}

async function until(what, look) {
  for (const giveUp = Date.now() + 20_000; Date.now() < giveUp; await delay(50)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`it took too long until ${what}`);
}

async function run(env, ...args) {
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], {
    env: { ...env, NO_COLOR: '1' },
  });
  return stdout.trim();
}

function title(text) {
  console.log(`\n${pc.bold(text)}`);
}

function fact(what, value, more) {
  console.log(`  ${pc.dim(what.padEnd(12))} ${value}  ${pc.dim(more)}`.trimEnd());
}

/** One line each: who did it, and what is worth a word. */
function showEvent({ version, type, occurredAt, actor, changes, late }, nameOf) {
  const value = (name) => changes.find(({ field }) => field === name)?.to ?? null;
  const told = [
    value('identifier'),
    type === 'SessionStarted' || value('inbound_participant_sid') === null
      ? null
      : `from ${nameOf(value('inbound_participant_sid'))}`,
    value('body') === null ? null : `body ${value('body')}`,
    type === 'InteractionLegStatusChanged' ? `${value('leg')} ${value('status')}` : null,
    late,
  ];
  const by = actor.startsWith('AC') ? 'the account' : actor;
  fact(
    `${version}`.padStart(3) + ` ${occurredAt.slice(11, 23)}`,
    `${type.padEnd(28)} ${pc.dim(by.padEnd(16))} ${told.filter((part) => part !== null).join(', ')}`,
    '',
  );
}

function expect(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what} should be ${expected} and is ${actual}`);
}
