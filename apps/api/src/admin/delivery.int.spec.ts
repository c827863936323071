import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, testDatabase, type Login } from '#testing';
import { deliveryDetailsSchema, deliveryPageSchema, endpointPageSchema, endpointSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';
import { toldService } from './spec/told-service.js';

let api: Awaited<ReturnType<typeof serveApi>>;

beforeAll(async () => {
  const { database } = await testDatabase();
  api = await serveApi(database);
  cleanUp(() => api.app.close());
});

/** An account whose service is told, and was told already of as many texts as there are statuses. */
async function open(...statuses: number[]) {
  const owner = await api.account();
  const left = [...statuses];
  const service = await toldService(api, owner, (response) => {
    response.writeHead(left.shift() ?? 200, { 'content-type': 'text/plain' }).end('thanks, Ann');
  });
  for (let texts = 0; texts < statuses.length; texts++) {
    await service.text({ Body: 'a canary' });
    await service.tell();
  }
  const place = `Services/${service.serviceSid}/Deliveries`;
  const ask = async (method: string, path: string, body?: object, login: Login = owner) => {
    const answer = await adminCall(api.url, login, method, path, body);
    expect([path, answer.status, answer.text]).toEqual([path, 200, answer.text]);
    return answer;
  };
  const list = async (query = '') => deliveryPageSchema.parse((await ask('GET', `${place}?${query}`)).body);
  const endpoints = async (query = '') =>
    endpointPageSchema.parse((await ask('GET', `CallbackEndpoints?${query}`)).body).callback_endpoints;
  return { ...service, owner, place, ask, list, endpoints };
}

describe('the deliveries of a service', () => {
  it('are listed by status and dates, the newest first and a page at a time', async () => {
    const { list, place } = await open(200, 200, 410);
    const { deliveries } = await list();
    expect(deliveries.map(({ status, attempts, reason }) => [status, attempts, reason])).toEqual([
      ['failed', 1, 'status 410'],
      ['delivered', 1, null],
      ['delivered', 1, null],
    ]);
    expect((await list('Status=failed')).deliveries).toEqual(deliveries.slice(0, 1));
    expect((await list('Status=delivered&DateCreatedFrom=2020-01-01')).deliveries).toHaveLength(2);
    expect((await list('DateCreatedTo=2020-01-01')).deliveries).toEqual([]);
    const walked: string[] = [];
    for (let query = 'PageSize=2'; ;) {
      const { deliveries: some, meta } = await list(query);
      expect(some.length).toBeLessThanOrEqual(2);
      walked.push(...some.map(({ sid }) => sid));
      if (meta.next_page_url === null) break;
      expect(meta.next_page_url.startsWith(`${api.url}/admin/v1/${place}?`)).toBe(true);
      query = new URL(meta.next_page_url).search.slice(1);
    }
    expect(walked).toEqual(deliveries.map(({ sid }) => sid));
  });

  it.each(['Status=lost', 'DateCreatedFrom=x', 'PageSize=0', 'PageToken=x'])('refuse %s', async (query) => {
    const { owner, place } = await open();
    const answer = await adminCall(api.url, owner, 'GET', `${place}?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
  });

  it('are shown with what was sent and answered, to a read-only key without what was said', async () => {
    const { list, ask, place, owner, receiver } = await open(200);
    const [delivery = { sid: '' }] = (await list()).deliveries;
    const operator = await api.apiKey(owner.username);
    for (const login of [owner, operator]) {
      const { body } = await ask('GET', `${place}/${delivery.sid}`, undefined, login);
      expect(body).toMatchObject({
        ...delivery,
        request: Object.fromEntries(new URLSearchParams(receiver.calls[0]?.body)),
        history: [
          {
            number: 1,
            url: `${receiver.url}/status?key=of-the-customer`,
            status: 200,
            failure: null,
            answer: 'thanks, Ann',
          },
        ],
      });
    }
    const reader = await api.apiKey(owner.username, 'read-only');
    const shown = await ask('GET', `${place}/${delivery.sid}`, undefined, reader);
    const { request, history } = deliveryDetailsSchema.parse(shown.body);
    expect(request).toMatchObject({ interactionData: null, interactionType: 'Message' });
    expect(history).toMatchObject([{ url: `${receiver.url}/status`, status: 200, answer: null }]);
    expect(shown.text).not.toMatch(/canary|Ann|of-the-customer/);
  });

  it('are shown without their content once that is deleted, and not made again', async () => {
    const { list, ask, place, owner, path } = await open(200);
    const [delivery] = (await list()).deliveries;
    const removed = await call(api.url, 'DELETE', `${path}/Interactions/${delivery?.interaction_sid ?? ''}`, {
      login: owner,
    });
    expect(removed.status).toBe(204);
    const { body, text } = await ask('GET', `${place}/${delivery?.sid ?? ''}`);
    expect(body).toMatchObject({ history: [{ answer: null }] });
    expect(text).not.toMatch(/canary|Ann/);
    const again = await adminCall(api.url, owner, 'POST', `${place}/${delivery?.sid ?? ''}/Redeliver`);
    expect(again).toMatchObject({ status: 409, body: { code: 20409 } });
  });

  it('stay listed when their service is deleted, as long as there are any', async () => {
    const { list, owner, serviceSid } = await open(200);
    const empty = await open();
    for (const [login, sid] of [
      [owner, serviceSid],
      [empty.owner, empty.serviceSid],
    ] as const) {
      expect((await call(api.url, 'DELETE', `/v1/Services/${sid}`, { login })).status).toBe(204);
    }
    expect((await list()).deliveries).toHaveLength(1);
    expect((await adminCall(api.url, empty.owner, 'GET', empty.place)).status).toBe(404);
  });
});

describe('a delivery', () => {
  it('is made again, with the token that it had; while it is on its way nobody can ask again', async () => {
    const { list, ask, place, owner, tell, receiver } = await open(200);
    const [delivery = { sid: '' }] = (await list()).deliveries;
    const path = `${place}/${delivery.sid}/Redeliver`;
    const { body } = await ask('POST', path);
    expect(body).toMatchObject({ sid: delivery.sid, status: 'pending', attempts: 1 });
    expect((await adminCall(api.url, owner, 'POST', path)).status).toBe(409);
    await tell();
    expect((await list()).deliveries).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    expect(receiver.calls[1]).toEqual(receiver.calls[0]);
    const none = await adminCall(api.url, owner, 'POST', `${place}/DL${'0'.repeat(32)}/Redeliver`);
    expect(none.status).toBe(404);
  });
});

describe('many deliveries', () => {
  it('are made again at a rate, those that failed unless others are named, after a look at how many', async () => {
    const { list, ask, place, owner, endpoints, serviceSid } = await open(200, 410);
    // The endpoint is gone, so nothing more is sent.
    expect(await endpoints('Status=disabled')).toMatchObject([
      { service_sid: serviceSid, status: 'disabled', disabled_because: 'gone' },
    ]);
    const redeliver = async (body: object) => (await ask('POST', `${place}/Redeliver`, body)).body;
    // A slip must not be taken for the real thing.
    const slip = await adminCall(api.url, owner, 'POST', `${place}/Redeliver`, { dryrun: true });
    expect(slip).toMatchObject({ status: 400, body: { code: 20001 } });
    expect(await redeliver({ DryRun: true })).toEqual({ dry_run: true, deliveries: 1 });
    expect(await redeliver({ Status: 'delivered', DryRun: true })).toEqual({ dry_run: true, deliveries: 1 });
    expect((await list('Status=pending')).deliveries).toEqual([]);
    expect(await redeliver({ PerSecond: 5 })).toEqual({ dry_run: false, deliveries: 1 });
    expect(await redeliver({ PerSecond: 5 })).toEqual({ dry_run: false, deliveries: 0 });
    expect((await list('Status=pending')).deliveries).toHaveLength(1);
    expect(await redeliver({ Status: 'delivered', DateCreatedTo: '2020-01-01' })).toMatchObject({
      deliveries: 0,
    });
  });

  it.each([{ Status: 'pending' }, { PerSecond: 0 }, { PerSecond: 10_000 }, { DateCreatedFrom: 'x' }])(
    'are not made again for %j',
    async (body) => {
      const { owner, place } = await open();
      const answer = await adminCall(api.url, owner, 'POST', `${place}/Redeliver`, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    },
  );
});

describe('a CallbackUrl', () => {
  it('that was disabled is called again once it is enabled', async () => {
    const { ask, endpoints, tell, list, place, serviceSid, receiver } = await open(410);
    await ask('POST', `${place}/Redeliver`, {});
    await tell();
    expect(receiver.calls).toHaveLength(1);
    const { body } = await ask('POST', `Services/${serviceSid}/EnableCallback`);
    expect(endpointSchema.parse(body)).toMatchObject({
      service_sid: serviceSid,
      callback_url: `${receiver.url}/status?key=of-the-customer`,
      status: 'healthy',
      disabled_at: null,
    });
    await tell();
    expect((await list()).deliveries).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    expect(await endpoints()).toHaveLength(1);
    expect(await endpoints('Status=healthy')).toHaveLength(1);
    expect(await endpoints('Status=disabled')).toEqual([]);
  });

  it('that fails is listed as such, and one that was never called is not', async () => {
    const { endpoints } = await open(500);
    expect(await endpoints('Status=failing')).toMatchObject([{ status: 'failing', failures: 1 }]);
    const silent = await open();
    expect(await silent.endpoints()).toEqual([]);
    const { body } = await silent.ask('POST', `Services/${silent.serviceSid}/EnableCallback`);
    expect(body).toMatchObject({ status: 'healthy', failures: 0 });
  });
});
