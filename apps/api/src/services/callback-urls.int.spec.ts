import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';

const parameters = ['CallbackUrl', 'InterceptCallbackUrl', 'OutOfSessionCallbackUrl'] as const;

async function serve(callbackReach: 'public' | 'loopback' | 'private') {
  const { database } = await testDatabase();
  const api = await serveApi(database, { callbackReach });
  cleanUp(() => api.app.close());
  const login: Login = await api.account();
  const post = (path: string, body: Record<string, string>) =>
    call(api.url, 'POST', `/v1/Services${path}`, { login, body });
  const { body: service } = await post('', { UniqueName: 'kept' });
  return {
    url: api.url,
    create: (body: Record<string, string>) => post('', { UniqueName: 'new', ...body }),
    post,
    service,
  };
}

type Served = Awaited<ReturnType<typeof serve>>;

const refused = (parameter: string) => ({
  status: 400,
  body: {
    code: 80701,
    message: `'${parameter}' is invalid. It points to an address that is not called from here.`,
    more_info: 'https://www.twilio.com/docs/errors/80701',
    status: 400,
  },
});

describe('with public addresses alone', () => {
  let api: Served;
  beforeAll(async () => {
    api = await serve('public');
  });

  it.each(parameters)('refuses a %s inside, on creation and on update', async (parameter) => {
    for (const url of [
      'http://127.0.0.1:8080/',
      'http://localhost/',
      'http://10.1.2.3/',
      'http://0x7f.1/#ct=100',
    ]) {
      expect(await api.create({ [parameter]: url })).toMatchObject(refused(parameter));
      expect(await api.post('/kept', { [parameter]: url })).toMatchObject(refused(parameter));
    }
    expect((await api.post('/kept', {})).body).toEqual(api.service);
  });

  it('takes public addresses, and names whatever they stand for', async () => {
    const body = {
      CallbackUrl: 'https://user:pass@app.example.com/hook#ct=2000',
      InterceptCallbackUrl: 'http://8.8.8.8/',
      OutOfSessionCallbackUrl: 'https://localtest.me/',
    };
    expect((await api.create(body)).body).toMatchObject({
      callback_url: body.CallbackUrl,
      intercept_callback_url: body.InterceptCallbackUrl,
      out_of_session_callback_url: body.OutOfSessionCallbackUrl,
    });
  });
});

describe('with this machine as well', () => {
  let api: Served;
  beforeAll(async () => {
    api = await serve('loopback');
  });

  it('takes its addresses, but for the one of the API itself', async () => {
    expect((await api.create({ CallbackUrl: 'http://127.0.0.1:1/' })).status).toBe(201);
    expect((await api.post('/kept', { CallbackUrl: 'http://localhost:1/' })).status).toBe(200);
    expect(await api.post('/kept', { CallbackUrl: api.url })).toMatchObject({
      status: 400,
      body: { message: "'CallbackUrl' is invalid. It points to this API." },
    });
  });

  it('refuses private networks', async () => {
    const answer = await api.post('/kept', { InterceptCallbackUrl: 'http://192.168.0.1/' });
    expect(answer).toMatchObject(refused('InterceptCallbackUrl'));
  });
});

describe('with private networks as well', () => {
  it('takes theirs, but no metadata service', async () => {
    const api = await serve('private');
    expect((await api.post('/kept', { CallbackUrl: 'http://192.168.0.1/' })).status).toBe(200);
    const answer = await api.post('/kept', { CallbackUrl: 'http://169.254.169.254/' });
    expect(answer).toMatchObject(refused('CallbackUrl'));
  });
});
