import { describe, expect, it } from '@jest/globals';
import { call, startService, testDatabase, type Service } from '#testing';

// Whose addresses a service may name as its callbacks, by process and setting.

const urls = {
  machine: 'http://localhost:4000/hook',
  network: 'http://192.168.0.1/hook',
  metadata: 'http://169.254.169.254/',
  internet: 'https://app.example.com/hook',
};

/** The status of a new service with each of the URLs as its callback. */
async function statuses({ url, accountSid, authToken }: Service): Promise<Record<string, number>> {
  const login = { username: accountSid, password: authToken };
  const answers = Object.entries(urls).map(async ([name, CallbackUrl]) => {
    const { status } = await call(url, 'POST', '/v1/Services', {
      login,
      body: { UniqueName: name, CallbackUrl },
    });
    return [name, status] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

describe('callbacks', () => {
  it('of what `npm start` runs reach this machine as well as the internet', async () => {
    expect(await statuses(await startService('standalone'))).toEqual({
      machine: 201,
      network: 400,
      metadata: 400,
      internet: 201,
    });
  });

  it('of the api reach the internet alone, unless its settings say more', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const api = await startService('api', { env: { DATABASE_URL } });
    expect(await statuses(api)).toEqual({ machine: 400, network: 400, metadata: 400, internet: 201 });

    const other = await testDatabase();
    const env = { DATABASE_URL: other.url, CALLBACK_REACH: 'private' };
    const wide = await startService('api', { env });
    expect(await statuses(wide)).toEqual({ machine: 201, network: 201, metadata: 400, internet: 201 });
  });
});
