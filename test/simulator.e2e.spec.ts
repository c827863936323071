import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, startService, testDatabase, waitFor, type Login, type Service } from '#testing';

// What is one network for its phones: processes of their own, over one database and with one master key.

const alice = '+12025550101';
const bob = '+12025550102';

let first: Service;
let second: Service;
let login: Login;

beforeAll(async () => {
  const { url } = await testDatabase();
  first = await startService('api', { env: { DATABASE_URL: url, LOG_LEVEL: 'debug' } });
  second = await startService('api', { like: first });
  login = { username: first.accountSid, password: first.authToken };
});

function send({ url }: Service, path: string, wish: object) {
  const headers = { 'Content-Type': 'application/json' };
  return call(url, 'POST', path, { login, headers, body: JSON.stringify(wish) });
}

async function shown({ url }: Service, path: string): Promise<unknown> {
  return JSON.parse((await call(url, 'GET', path, { login })).text);
}

describe('two processes with the simulator', () => {
  it('show the same phones, and know the same numbers', async () => {
    const { status, body } = await send(first, '/simulator/messages', {
      from: alice,
      to: bob,
      body: 'hello',
    });
    expect(status).toBe(201);
    await waitFor(async () => {
      expect(await shown(second, `/simulator/phones/${bob}/messages`)).toMatchObject([
        { sid: body?.['sid'], direction: 'inbound', status: 'delivered' },
      ]);
      return true;
    });

    const numbers = await Promise.all(
      [first, second].map((service) => send(service, '/simulator/numbers', { phoneNumber: '+14155550100' })),
    );
    expect(numbers[0]?.body?.['sid']).toMatch(/^PN[0-9a-f]{32}$/);
    expect(numbers[1]?.body).toEqual(numbers[0]?.body);
  });

  it('carry many at once', async () => {
    const phones = Array.from({ length: 50 }, (_, i) => `+120255502${String(i).padStart(2, '0')}`);
    await Promise.all(
      phones.map((from) => send(first, '/simulator/messages', { from, to: '12345', body: 'many' })),
    );
    await waitFor(async () => {
      const all = await shown(second, '/simulator/phones/12345/messages');
      expect(all).toHaveLength(phones.length);
      return true;
    });
    expect(first.logs()).not.toContain('Warning');
  });

  it('bring what they have begun to an end before they end, and log neither text nor number', async () => {
    const call = await send(second, '/simulator/calls', { from: alice, to: bob, seconds: 14_400 });
    expect(call.status).toBe(201);
    expect(await second.stop()).toBe(0);
    expect(await shown(first, `/simulator/phones/${bob}/calls`)).toMatchObject([
      { sid: call.body?.['sid'], status: 'completed', duration: 14_400 },
    ]);
    for (const logs of [first.logs(), second.logs()]) {
      expect(logs).toContain('/simulator/');
      expect(logs).not.toContain('2025550');
      expect(logs).not.toContain('hello');
    }
  });
});
