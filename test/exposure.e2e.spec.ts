import { beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { startService, testDatabase, type Service } from '#testing';

// Who sees what is not the API. The pages at /docs cannot be served inside jest.

let byDefault: Service;

beforeAll(async () => {
  const { url } = await testDatabase();
  byDefault = await startService('api', { env: { DATABASE_URL: url } });
});

const paths = ['/metrics', '/docs', '/docs/', '/docs-json', '/docs/swagger-ui.css'];

/** With the right login, a wrong one or none; as it is spelled. */
async function statusOf(service: Service, path: string, password?: string): Promise<number | undefined> {
  const auth = password === undefined ? {} : { auth: `${service.accountSid}:${password}` };
  const sent = request(service.url, { path, agent: false, ...auth }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

async function statusesOf(service: Service, password?: string) {
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await statusOf(service, path, password)] as const)),
  );
}

const all = (status: number) => Object.fromEntries(paths.map((path) => [path, status]));

describe('/metrics and /docs', () => {
  it('are for who logs in, and for everybody, unless the settings say otherwise', async () => {
    const api = byDefault;
    expect(await statusesOf(api)).toEqual({ ...all(200), '/metrics': 401 });
    expect(await statusesOf(api, api.authToken)).toEqual(all(200));
    expect(await statusOf(api, '/metrics', 'wrong')).toBe(401);
    // However the path is spelled.
    expect(await statusOf(api, '/%6Detrics')).toBe(401);
    expect(await statusOf(api, '/metrics/')).toBe(401);
    expect([await statusOf(api, '/healthz'), await statusOf(api, '/readyz')]).toEqual([200, 200]);
  });

  it('are for who logs in', async () => {
    const api = await startService('api', { like: byDefault, env: { METRICS: 'login', DOCS: 'login' } });
    expect(await statusesOf(api)).toEqual(all(401));
    expect(await statusOf(api, '/%64ocs-json')).toBe(401);
    expect(await statusesOf(api, api.authToken)).toEqual(all(200));
  });

  it('are not there', async () => {
    const api = await startService('api', { like: byDefault, env: { METRICS: 'off', DOCS: 'off' } });
    expect(await statusesOf(api)).toEqual(all(404));
    expect(await statusesOf(api, api.authToken)).toEqual(all(404));
    expect(await statusOf(api, '/healthz')).toBe(200);
  });
});
