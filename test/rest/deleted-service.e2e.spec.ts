import { beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '#testing';
import { startApi, type Api } from './start-api.js';

// No worker runs: the cascade has not begun, and all that is below the service still lies in the database.

const [alice, bob, proxyNumber] = ['+12025550111', '+12025550112', '+12025550113'];

let api: Api;
let sid: string;
/** By path: the calls that it takes. */
let below: [path: string, methods: string[]][];

beforeAll(async () => {
  api = await startApi();
  ({ sid } = await api.proxy.services.create({ uniqueName: 'gone' }));
  const service = api.proxy.services(sid);
  const number = await service.phoneNumbers.create({ phoneNumber: proxyNumber });
  const { sid: session } = await service.sessions.create({ uniqueName: 'ride' });
  const participants = service.sessions(session).participants;
  const { sid: participant } = await participants.create({ identifier: alice, proxyIdentifier: proxyNumber });
  await participants.create({ identifier: bob, proxyIdentifier: proxyNumber });
  const { sid: interaction } = await participants(participant).messageInteractions.create({ body: 'hello' });
  const at = `/v1/Services/${sid}`;
  const inSession = `${at}/Sessions/${session}`;
  below = [
    [at, ['GET', 'POST', 'DELETE']],
    [`${at}/PhoneNumbers`, ['GET', 'POST']],
    [`${at}/PhoneNumbers/${number.sid}`, ['GET', 'POST', 'DELETE']],
    [`${at}/ShortCodes`, ['GET', 'POST']],
    [`${at}/Sessions`, ['GET', 'POST']],
    [inSession, ['GET', 'POST', 'DELETE']],
    [`${at}/Sessions/ride`, ['GET', 'POST', 'DELETE']],
    [`${inSession}/Participants`, ['GET', 'POST']],
    [`${inSession}/Participants/${participant}`, ['GET', 'DELETE']],
    [`${inSession}/Participants/${participant}/MessageInteractions`, ['GET', 'POST']],
    [`${inSession}/Participants/${participant}/MessageInteractions/${interaction}`, ['GET']],
    [`${inSession}/Interactions`, ['GET']],
    [`${inSession}/Interactions/${interaction}`, ['GET', 'DELETE']],
  ];
});

/** A form that each call takes which takes one. */
const formOf = (path: string) => ({
  Identifier: alice,
  Body: 'x',
  ...(path.includes('ShortCodes') ? { Sid: `SC${'1'.repeat(32)}` } : { PhoneNumber: '+12025550114' }),
});

const statusesOf = (methods: readonly string[]) =>
  Promise.all(
    below.flatMap(([path, taken]) =>
      taken
        .filter((method) => methods.includes(method))
        .map(async (method) => {
          const answer = await api.ask(method, path, method === 'POST' ? { body: formOf(path) } : {});
          return { call: `${method} ${path}`, status: answer.status, code: answer.body?.['code'] };
        }),
    ),
  );

/** What somebody at a phone does. */
const phone = async (what: 'messages' | 'calls', wish: object) => {
  const body = JSON.stringify({ from: alice, to: proxyNumber, ...wish });
  const headers = { 'content-type': 'application/json' };
  const answer = await api.ask('POST', `/simulator/${what}`, { body, headers });
  expect(answer.status).toBe(201);
  return String(answer.body?.['sid']);
};

/** What the phone of the one or the other shows. */
const shown = async (number: string, what: 'messages' | 'calls') => {
  const answer = await fetch(`${api.url}/simulator/phones/${encodeURIComponent(number)}/${what}`, {
    headers: { authorization: `Basic ${btoa(`${api.login.username}:${api.login.password}`)}` },
  });
  return (await answer.json()) as { sid: string; status: string }[];
};

/** What the API answered to the carrier, as its log says. */
const answersTo = (webhook: string) =>
  [...api.service.logs().matchAll(/"route":"[^"]*\/Webhooks\/(\w+)","status":(\d+)/g)]
    .filter(([, route]) => route === webhook)
    .map(([, , status]) => status);

async function interactions(): Promise<number | undefined> {
  const { rows } = await api.database.admin.query<{ n: number }>(
    `select count(*)::int as n from maskline.event where type = 'InteractionStarted'`,
  );
  return rows[0]?.n;
}

describe('what is below a deleted service', () => {
  it('is there until then', async () => {
    expect((await statusesOf(['GET'])).filter(({ status }) => status !== 200)).toEqual([]);
  });

  it('cannot be reached from that moment on: not by REST, not by a text, not by a call', async () => {
    await phone('messages', { body: 'before' });
    await waitFor(async () => (await interactions()) === 2);

    expect((await api.ask('DELETE', `/v1/Services/${sid}`)).status).toBe(204);

    const answers = await statusesOf(['GET', 'POST', 'DELETE']);
    expect(
      answers.filter(({ status, code }) => status !== 404 || ![20404, 80308].includes(Number(code))),
    ).toEqual([]);
    await phone('messages', { body: 'after' });
    await phone('calls', { seconds: 1 });
    await waitFor(() => answersTo('Message').length > 1 && answersTo('Call').length > 0);
    expect([...answersTo('Message'), ...answersTo('Call')]).toEqual(['200', '404', '404']);
    expect(await interactions()).toBe(2);
    expect(await shown(bob, 'calls')).toEqual([]);
  });
});
