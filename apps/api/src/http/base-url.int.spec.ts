import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase, type Call, type Login } from '#testing';
import type { Database } from '#platform';
import { serveApi } from '../spec/serve-api.js';

type Api = Awaited<ReturnType<typeof serveApi>>;

let database: Database;
let direct: Api;
let login: Login;

beforeAll(async () => {
  ({ database } = await testDatabase());
  direct = await serve();
  // A key, unlike a token, is read without the master key, of which each API here has its own.
  login = await direct.apiKey((await direct.account()).username);
});

async function serve(options: Parameters<typeof serveApi>[1] = {}): Promise<Api> {
  const api = await serveApi(database, options);
  cleanUp(() => api.app.close());
  return api;
}

/** What the URL of a new service starts with. */
async function baseOf({ url }: Api, headers: Call['headers'] = {}): Promise<string> {
  const body = { UniqueName: `service-${Math.random()}` };
  const answer = await call(url, 'POST', '/v1/Services', { login, headers, body });
  expect(answer.status).toBe(201);
  const { sid, url: own, links } = answer.body as { sid: string; url: string; links: { sessions: string } };
  expect(links.sessions).toBe(`${own}/Sessions`);
  expect(own.endsWith(`/v1/Services/${sid}`)).toBe(true);
  return own.slice(0, own.indexOf('/v1/'));
}

describe('the URLs of an answer', () => {
  it.each(['proxy.test', 'proxy.test:8080', '10.1.2.3', '[::1]:3000', 'my_host'])(
    'start with the host that the caller used: %s',
    async (host) => {
      expect(await baseOf(direct, { Host: host })).toBe(`http://${host}`);
    },
  );

  it.each(['"><script>', '1.2.3.999', 'proxy.test:99999', 'xn--a', '[:]', 'a/b', 'user@proxy.test', ' '])(
    'start with our own address when the host is none: %s',
    async (host) => {
      // The second time the verdict is known.
      expect(await baseOf(direct, { Host: host })).toBe(direct.url);
      expect(await baseOf(direct, { Host: host })).toBe(direct.url);
    },
  );

  it('are right for every caller, however many hosts there are', async () => {
    for (let i = 0; i < 40; i++) {
      expect(await baseOf(direct, { Host: `h${i}.test` })).toBe(`http://h${i}.test`);
    }
    expect(await baseOf(direct, { Host: 'h0.test' })).toBe('http://h0.test');
  });
});

describe('behind a proxy', () => {
  const forwarded = { 'X-Forwarded-Host': 'proxy.test', 'X-Forwarded-Proto': 'https' };

  it.each<[string, true | string[]]>([
    ['whoever it is', true],
    ['of this address', ['10.0.0.0/8', '127.0.0.1']],
  ])('that is trusted, %s, the URLs start as it says', async (_, trustProxy) => {
    const api = await serve({ trustProxy });
    expect(await baseOf(api, forwarded)).toBe('https://proxy.test');
    expect(await baseOf(api, { 'X-Forwarded-Proto': 'https', Host: 'inner.test' })).toBe(
      'https://inner.test',
    );
    expect(await baseOf(api, { Host: 'inner.test' })).toBe('http://inner.test');
  });

  it.each<[string, false | string[]]>([
    ['as nobody is', false],
    ['as only others are', ['10.0.0.0/8']],
  ])('that is not trusted, %s, what it says is ignored', async (_, trustProxy) => {
    const api = await serve({ trustProxy });
    expect(await baseOf(api, { ...forwarded, Host: 'inner.test' })).toBe('http://inner.test');
  });

  it('that is trusted, nonsense is not repeated all the same', async () => {
    const api = await serve({ trustProxy: true });
    const own = new URL(api.url).host;
    expect(await baseOf(api, { ...forwarded, 'X-Forwarded-Proto': 'ht tp' })).toBe('http://proxy.test');
    expect(await baseOf(api, { ...forwarded, 'X-Forwarded-Proto': 'javascript' })).toBe('http://proxy.test');
    expect(await baseOf(api, { ...forwarded, 'X-Forwarded-Host': '1.2.3.999' })).toBe(`https://${own}`);
  });
});

interface Page {
  readonly services: readonly { readonly sid: string }[];
  readonly meta: Readonly<Record<string, unknown>>;
}

describe.each(['https://proxy.test', 'https://proxy.test/twilio'])('with the public URL %s', (publicUrl) => {
  let api: Api;

  beforeAll(async () => {
    api = await serve({ publicUrl, trustProxy: true });
  });

  it('all URLs start with it, whatever the caller used', async () => {
    expect(await baseOf(api, { Host: '1.2.3.999', 'X-Forwarded-Host': 'other.test' })).toBe(publicUrl);
  });

  it('those of a list lead through its pages to and fro', async () => {
    for (let i = 0; i < 3; i++) await baseOf(api);
    /** As a proxy passes it on: what it was reached by is taken off. */
    const follow = async (pageUrl: unknown): Promise<Page> => {
      const url = String(pageUrl);
      expect(url.startsWith(`${publicUrl}/v1/Services?`)).toBe(true);
      const { status, body } = await call(api.url, 'GET', url.slice(publicUrl.length), { login });
      expect(status).toBe(200);
      return body as unknown as Page;
    };
    const first = await follow(`${publicUrl}/v1/Services?PageSize=2`);
    const second = await follow(first.meta['next_page_url']);
    expect(second.services).not.toEqual(first.services);
    expect(await follow(second.meta['url'])).toEqual(second);
    expect((await follow(second.meta['previous_page_url'])).services).toEqual(first.services);
    expect((await follow(second.meta['first_page_url'])).services).toEqual(first.services);
  });
});
