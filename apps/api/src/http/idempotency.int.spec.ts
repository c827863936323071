import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase, type Call, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let login: Login;

beforeAll(async () => {
  const { database } = await testDatabase();
  api = await serveApi(database);
  cleanUp(() => api.app.close());
  login = await api.account();
});

const ask = (method: string, path: string, options: Call = {}) =>
  call(api.url, method, path, { login, ...options });

const newService = async () => {
  const name = `service-${Math.random()}`;
  const { body } = await ask('POST', '/v1/Services', { body: { UniqueName: name } });
  return { name, sid: String(body?.['sid']) };
};

describe('an idempotency key', () => {
  const key = (header = 'Idempotency-Key') => ({ [header]: `key-${Math.random()}` });

  it.each(['Idempotency-Key', 'I-Twilio-Idempotency-Token'])(
    'gives the first answer again: %s',
    async (header) => {
      const { sid } = await newService();
      const options = { headers: key(header), body: { UniqueName: 'once' } };
      const first = await ask('POST', `/v1/Services/${sid}/Sessions`, options);
      const second = await ask('POST', `/v1/Services/${sid.toUpperCase()}/Sessions/`, options);
      expect([second.status, second.body]).toEqual([first.status, first.body]);
    },
  );

  it('keeps an update from being made twice', async () => {
    const { sid } = await newService();
    const service = `/v1/Services/${sid}`;
    const session = `${service}/Sessions/${String((await ask('POST', `${service}/Sessions`)).body?.['sid'])}`;
    for (const [path, first, then, shown] of [
      [service, { DefaultTtl: '1' }, { DefaultTtl: '2' }, { default_ttl: 2 }],
      [session, { Ttl: '1000' }, { Ttl: '2000' }, { ttl: 2000 }],
    ] as const) {
      const options = { headers: key(), body: first };
      expect((await ask('POST', path, options)).status).toBe(200);
      await ask('POST', path, { body: then });
      // Known, so it does not undo what came after it; what is answered is what there is.
      expect(await ask('POST', path, options)).toMatchObject({ status: 200, body: shown });
      expect((await ask('GET', path)).body).toMatchObject(shown);
    }
    // Closing twice would be refused.
    const closing = { headers: key(), body: { Status: 'closed' } };
    expect((await ask('POST', session, closing)).body).toMatchObject({ status: 'closed' });
    expect(await ask('POST', session, closing)).toMatchObject({ status: 200, body: { status: 'closed' } });
  });

  it('lets the same request in flight wait for the first', async () => {
    const { sid } = await newService();
    const options = { headers: key(), body: { Ttl: '60' } };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask('POST', `/v1/Services/${sid}/Sessions`, options)),
    );
    expect(new Set(answers.map(({ body }) => body?.['sid'])).size).toBe(1);
  });

  it('belongs to one request', async () => {
    const { sid } = await newService();
    const headers = key();
    await ask('POST', `/v1/Services/${sid}/Sessions`, { headers, body: { Ttl: '1' } });
    const other = await ask('POST', `/v1/Services/${sid}/Sessions`, { headers, body: { Ttl: '2' } });
    expect(other.body).toMatchObject({ status: 409, code: 20409 });
  });

  it('belongs to one account', async () => {
    const headers = key();
    const body = { UniqueName: 'mine' };
    const stranger = await api.account();
    expect((await ask('POST', '/v1/Services', { headers, body })).status).toBe(201);
    expect((await ask('POST', '/v1/Services', { headers, body, login: stranger })).status).toBe(201);
  });

  it('of a refused request may be used again', async () => {
    const { name } = await newService();
    const headers = key();
    const refused = await ask('POST', '/v1/Services', { headers, body: { UniqueName: name } });
    expect(refused.body).toMatchObject({ code: 80602 });
    await ask('DELETE', `/v1/Services/${name}`);
    expect((await ask('POST', '/v1/Services', { headers, body: { UniqueName: name } })).status).toBe(201);
  });

  it.each([[''], ['x'.repeat(256)]])('has 1 to 255 characters', async (value) => {
    const headers = { 'I-Twilio-Idempotency-Token': value };
    expect((await ask('POST', '/v1/Services', { headers, body: { UniqueName: 'x' } })).body).toMatchObject({
      code: 20001,
    });
  });
});
