import { describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';

async function serve(settings: Parameters<typeof serveApi>[1]) {
  const { database } = await testDatabase();
  const api = await serveApi(database, { failedLogins: 5, ...settings });
  cleanUp(() => api.app.close());
  const ask = (login: Login, headers: Record<string, string> = {}) =>
    call(api.url, 'GET', '/v1/Services', { login, headers });
  return { api, ask };
}

const from = (address: string) => ({ 'X-Forwarded-For': address });
const wrong = (login: Login, i: number) => ({ ...login, password: `guess-${i}` });
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

describe('who guesses at an account', () => {
  it('is answered 429 in the form of the contract, also with the right password; others log in', async () => {
    const { api, ask } = await serve({ trustProxy: ['127.0.0.1'] });
    const login = await api.account();
    for (let i = 0; i < 5; i++) expect((await ask(wrong(login, i), from('192.0.2.1'))).status).toBe(401);

    const refused = await ask(login, from('192.0.2.1'));
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({
      code: 20429,
      message: 'Too Many Requests',
      more_info: 'https://www.twilio.com/docs/errors/20429',
      status: 429,
    });
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(12);
    // A name that is none, too: the answer tells nothing of who exists.
    const nobody = { username: `AC${'0'.repeat(32)}`, password: 'x' };
    for (let i = 0; i < 5; i++) expect((await ask(wrong(nobody, i), from('192.0.2.1'))).status).toBe(401);
    expect((await ask(nobody, from('192.0.2.1'))).body).toEqual(refused.body);

    expect((await ask(login, from('192.0.2.2'))).status).toBe(200);
    expect((await ask(await api.account(), from('192.0.2.1'))).status).toBe(200);
  });

  it('gets no more guesses looked at by sending them all at once', async () => {
    const { api, ask } = await serve({});
    const login = await api.account();
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(wrong(login, i))));
    expect(statuses(answers)).toEqual([...Array<number>(5).fill(401), ...Array<number>(35).fill(429)]);
  });

  it('cannot choose an address when no proxy is trusted, nor before the one that is', async () => {
    for (const trustProxy of [false, ['127.0.0.1']]) {
      const { api, ask } = await serve({ trustProxy });
      const login = await api.account();
      // What the caller claims stands before what the proxy has seen.
      for (let i = 0; i < 5; i++) await ask(wrong(login, i), from(`198.51.100.${i}, 192.0.2.1`));
      expect((await ask(login, from('198.51.100.9, 192.0.2.1'))).status).toBe(429);
    }
  });

  it('is somebody else than who sends an ended token over again, or no login', async () => {
    const { api, ask } = await serve({});
    const login = await api.account();
    for (let i = 0; i < 30; i++) {
      expect((await ask(wrong(login, 0))).status).toBe(401);
      expect((await call(api.url, 'GET', '/v1/Services')).status).toBe(401);
    }
    expect((await ask(login)).status).toBe(200);
  });
});
