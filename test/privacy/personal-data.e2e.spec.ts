import { describe, expect, it } from '@jest/globals';
import { randomBytes, randomInt } from 'node:crypto';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import {
  call as callApi,
  queueBackends,
  redisUrl,
  startService,
  testDatabase,
  waitFor,
  webhookReceiver,
  type Login,
  type ReceivedCall,
} from '#testing';
import { placesOf, placesWith, readRedis, readTables, type Texts } from './search.js';

// Two people text and call each other, as whole processes on both backends of the queues. Wherever Maskline keeps or says
// anything, it is looked for what is theirs: who they are and what they said lies only where REST shows it from and where calls
// and texts are told apart; and nowhere at all once it was deleted.

const proxyNumber = '+12025550199';
const bin = join(packageRoot, 'apps/cli/bin/maskline.mjs');

/** Digits that nothing else here has: of no time, SID or port. */
const phoneNumber = () => `+1202${randomInt(200, 999)}${randomInt(1000, 9999)}`;
const canary = (what: string) => `canary ${what} ${randomBytes(8).toString('hex')}`;

const answerOfCustomer = canary('answer');

const people = () => ({ alice: phoneNumber(), bob: phoneNumber(), name: canary('name') });

describe.each(queueBackends())('what is personal, with queues on %s', (backend) => {
  it('lies only where it is needed, and nowhere once it is deleted', async () => {
    const world = await open(backend);
    const { ask, look, service, text, call, shownTo, create, remove, customer, maskline } = world;
    const { alice, bob, name } = people();
    const body = canary('body');
    const url = `https://media.example.com/${randomBytes(8).toString('hex')}.jpg`;
    // No other number of seconds is told of anything.
    const seconds = 137;
    const durations = /"duration\W{1,5}137\b/;
    const ride = await create(alice, bob, name);

    await text(alice, body, [url]);
    await waitFor(async () => (await shownTo(bob)).includes(body));
    const sent = canary('sent');
    const participant = `${ride}/Participants/${await world.participantOf(ride, alice)}`;
    const key = { 'Idempotency-Key': 'a-key' };
    for (const headers of [key, key]) {
      const answer = await ask('POST', `${participant}/MessageInteractions`, { Body: sent }, headers);
      expect(answer.status).toBe(201);
    }
    await waitFor(async () => (await shownTo(alice)).includes(sent));
    // Refusals of every kind, whose answers and logs are looked at too.
    const stranger = phoneNumber();
    await ask('POST', `${ride}/Participants`, { Identifier: stranger, FriendlyName: name });
    await ask('POST', `${ride}/Participants`, { Identifier: alice }, { 'Idempotency-Key': 'a-key' });
    await ask('POST', `${service}/Sessions`, { Participants: JSON.stringify({ Identifier: alice }) });
    await ask('POST', `${service}/Sessions`, {
      Participants: JSON.stringify({ Identifier: alice, ProxyIdentifier: proxyNumber }),
    });
    await ask('POST', `${ride}/Participants/KP0/MessageInteractions`, {
      Body: body,
      MediaUrl: 'no url',
    });
    // Nobody's session: the service is asked what to say.
    await text(stranger, canary('lost'));
    await waitFor(() => customer.calls.some(({ path }) => path === '/lost'));
    await call(alice, seconds);
    await waitFor(async () => durations.test((await look()).get('maskline.interaction') ?? ''), {
      every: 200,
    });

    // While the session is there.
    const here = await look();
    const rows = ['maskline.participant', 'maskline.stream'];
    for (const number of [alice, bob]) expect(placesOf(number, here)).toEqual(['maskline.claim', ...rows]);
    expect(placesOf(name, here)).toEqual(['maskline.participant']);
    for (const text of [body, url, sent]) expect(placesOf(text, here)).toEqual(['maskline.interaction']);
    expect(placesWith(durations, here)).toEqual(['maskline.interaction']);
    expect(placesOf(stranger, here)).toEqual([]);
    expect(placesOf(`${alice.slice(0, -4)}XXXX`, here)).toEqual(['the refusals']);
    expectWhole(here, customer.calls);

    // The CLI shows who it was to those alone who ask for it.
    const timeline = `timeline ${ride.slice(-34)}`;
    const tellsOf = async (command: string) => {
      const told = await maskline(command);
      const theirs = [alice, bob, name, body, url, sent].filter((one) => told.includes(one));
      return { erased: told.includes('erased'), theirs };
    };
    for (const command of [timeline, `${timeline} --json`, `${timeline} --at 2999-01-01`]) {
      expect(await tellsOf(command)).toEqual({ erased: false, theirs: [] });
      expect((await tellsOf(`${command} --personal`)).theirs).toHaveLength(6);
    }

    // One interaction after the other.
    for (const sid of await world.interactionsOf(ride)) await remove(`${ride}/Interactions/${sid}`);
    const without = await look();
    for (const text of [body, url, sent]) expect(placesOf(text, without)).toEqual([]);
    expect(placesWith(durations, without)).toEqual([]);

    // Out of the session, though still shown as long as it is there; nothing leads to them any more.
    await remove(participant);
    expect(placesOf(alice, await look())).toEqual(rows);

    // Closed, whoever comes is somebody else.
    await ask('POST', ride, { Status: 'closed' });
    expect(placesOf(bob, await look())).toEqual(rows);

    await remove(ride);
    const gone = await look();
    for (const theirs of [alice, bob, name, body, url, sent]) expect(placesOf(theirs, gone)).toEqual([]);
    // What happened, without whom: the history has it all.
    expect(gone.get('maskline.event')).toContain('InteractionDeleted');
    expect(await tellsOf(timeline)).toEqual({ erased: true, theirs: [] });
    expect(await tellsOf(`${timeline} --personal`)).toEqual({ erased: true, theirs: [] });
  });

  it('goes with its service', async () => {
    const { service, create, text, shownTo, remove, look } = await open(backend);
    const { alice, bob, name } = people();
    const body = canary('body');
    await create(alice, bob, name);
    await text(bob, body);
    await waitFor(async () => (await shownTo(alice)).includes(body));
    expect(placesOf(body, await look())).toEqual(['maskline.interaction']);

    await remove(service);

    await waitFor(
      async () => {
        const texts = await look();
        return [alice, bob, name, body].every((theirs) => placesOf(theirs, texts).length === 0);
      },
      { every: 200 },
    );
  });
});

/** An api and a worker, as talkative as can be, and a service that is asked and told of everything. */
async function open(backend: 'postgres' | 'redis') {
  const { url: databaseUrl, database } = await testDatabase();
  const redis = backend === 'redis' ? await redisUrl() : null;
  const customer = await webhookReceiver((response) => {
    response.writeHead(200, { 'x-canary': answerOfCustomer }).end(answerOfCustomer);
  });
  const env = {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'trace',
    CALLBACK_REACH: 'loopback',
    ...(redis !== null && { REDIS_URL: redis }),
  };
  const api = await startService('api', { env });
  const answers: string[] = [];
  const login: Login = { username: api.accountSid, password: api.authToken };
  const maskline = (args: string) =>
    new Promise<string>((resolve) => {
      const settings = { PATH: process.env['PATH'], ...api.env };
      execFile(process.execPath, [bin, ...args.split(' ')], { env: settings }, (_, stdout, stderr) => {
        resolve(stdout + stderr);
      });
    });
  // Brings the tables of the queues.
  await maskline('migrate');
  const worker = await startService('worker', { like: api, env: { PUBLIC_URL: api.url } });

  const ask = async (
    method: string,
    path: string,
    body?: Record<string, string>,
    headers: Record<string, string> = {},
  ) => {
    const answered = await callApi(api.url, method, path, { login, headers, ...(body && { body }) });
    if (answered.status >= 400) answers.push(answered.text);
    return answered;
  };
  const made = async (path: string, body: Record<string, string>) => {
    const { status, body: resource } = await ask('POST', path, body);
    expect(status).toBe(201);
    return String(resource?.['sid']);
  };
  await maskline('consumer add canary-consumer');
  const service = `/v1/Services/${await made('/v1/Services', {
    UniqueName: 'rides',
    CallbackUrl: `${customer.url}/told`,
    InterceptCallbackUrl: `${customer.url}/asked`,
    OutOfSessionCallbackUrl: `${customer.url}/lost`,
  })}`;
  await made(`${service}/PhoneNumbers`, { PhoneNumber: proxyNumber });

  const said = (): Texts =>
    new Map([
      ['the log of the api', api.logs()],
      ['the log of the worker', worker.logs()],
      ['the refusals', answers.join('\n')],
    ]);
  const metrics = async (): Promise<string> => {
    const headers = { authorization: `Basic ${btoa(`${login.username}:${login.password}`)}` };
    const pages = await Promise.all([api, worker].map(({ url }) => fetch(`${url}/metrics`, { headers })));
    return (await Promise.all(pages.map((page) => page.text()))).join('\n');
  };
  /** Everything there is, at this moment. */
  const look = async (): Promise<Texts> => {
    const texts = new Map([...(await readTables(database)), ...said(), ['the metrics', await metrics()]]);
    if (redis !== null) for (const [place, text] of await readRedis(redis)) texts.set(place, text);
    return texts;
  };
  const simulator = (path: string, init: object = {}) =>
    fetch(`${api.url}/simulator/${path}`, {
      ...init,
      headers: {
        authorization: `Basic ${btoa(`${login.username}:${login.password}`)}`,
        'content-type': 'application/json',
      },
    });

  return {
    service,
    ask,
    look,
    maskline,
    create: async (alice: string, bob: string, friendlyName: string) => {
      const sid = await made(`${service}/Sessions`, { UniqueName: 'ride' });
      const session = `${service}/Sessions/${sid}`;
      await made(`${session}/Participants`, { Identifier: alice, FriendlyName: friendlyName });
      await made(`${session}/Participants`, { Identifier: bob });
      return session;
    },
    participantOf: async (session: string, identifier: string) => {
      const { body } = await ask('GET', `${session}/Participants`);
      const all = body?.['participants'] as { sid: string; identifier: string }[];
      return all.find((one) => one.identifier === identifier)?.sid ?? '';
    },
    interactionsOf: async (session: string) => {
      const { body } = await ask('GET', `${session}/Interactions`);
      return (body?.['interactions'] as { sid: string }[]).map(({ sid }) => sid);
    },
    remove: async (path: string) => {
      expect((await ask('DELETE', path)).status).toBe(204);
    },
    text: async (from: string, body: string, media: string[] = []) => {
      const wish = JSON.stringify({ from, to: proxyNumber, body, media });
      expect((await simulator('messages', { method: 'POST', body: wish })).status).toBe(201);
    },
    /** All that the phone of this person has. */
    shownTo: async (number: string) =>
      (await simulator(`phones/${encodeURIComponent(number)}/messages`)).text(),
    call: async (from: string, seconds: number) => {
      const wish = JSON.stringify({ from, to: proxyNumber, seconds });
      expect((await simulator('calls', { method: 'POST', body: wish })).status).toBe(201);
    },
    customer,
  };
}

/** That it is looked at the right things: what belongs there is found. */
function expectWhole(texts: Texts, calls: readonly ReceivedCall[]): void {
  expect(texts.get('maskline.event')).toContain('ParticipantAdded');
  expect(texts.get('the log of the api')).toContain('"level":"debug"');
  expect(texts.get('the metrics')).toContain('maskline_');
  const queues = [...texts].filter(([place]) => /^(bullmq\.|redis )/.test(place));
  expect(queues.map(([, text]) => text).join('\n')).toContain('canary-consumer');
  expect(calls.map(({ path }) => path)).toEqual(expect.arrayContaining(['/asked', '/lost']));
  // What the customers' servers answered is kept no more than what they were told.
  expect(placesOf(answerOfCustomer, texts)).toEqual([]);
}
