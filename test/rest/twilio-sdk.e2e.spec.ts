import { beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type Api } from './start-api.js';

/** What a walk through a list needs of the SDK's pages. */
interface PageOfSids {
  readonly instances: readonly { readonly sid: string }[];
  nextPage(): Promise<PageOfSids> | undefined;
}

let api: Api;

beforeAll(async () => {
  api = await startApi();
});

const services = () => api.proxy.services;
const newService = (settings: object = {}) =>
  services().create({ uniqueName: `service-${Math.random()}`, ...settings });
const inAnHour = () => new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);

describe('a service, through the SDK', () => {
  it('is created with defaults', async () => {
    const service = await services().create({ uniqueName: 'rides' });
    expect(service).toMatchObject({
      sid: expect.stringMatching(/^KS[0-9a-f]{32}$/) as unknown,
      accountSid: api.accountSid,
      uniqueName: 'rides',
      defaultTtl: 0,
      callbackUrl: null,
      interceptCallbackUrl: null,
      outOfSessionCallbackUrl: null,
      chatInstanceSid: null,
      geoMatchLevel: 'country',
      numberSelectionBehavior: 'prefer-sticky',
      dateCreated: expect.any(Date) as unknown,
      url: `${api.url}/v1/Services/${service.sid}`,
    });
    expect(service.dateUpdated).toEqual(service.dateCreated);
  });

  it('keeps every setting', async () => {
    const settings = {
      defaultTtl: 60,
      callbackUrl: 'https://app.test/events?x=1&y=%20',
      interceptCallbackUrl: 'http://app.test/intercept',
      outOfSessionCallbackUrl: 'https://app.test/oos',
      chatInstanceSid: `IS${'8'.repeat(32)}`,
      geoMatchLevel: 'area-code' as const,
      numberSelectionBehavior: 'avoid-sticky' as const,
    };
    const { sid } = await newService(settings);
    expect(await services()(sid).fetch()).toMatchObject(settings);
  });

  it('changes only what is sent', async () => {
    const { sid, uniqueName } = await newService({ defaultTtl: 60, callbackUrl: 'https://app.test/' });
    const updated = await services()(sid).update({ callbackUrl: '', geoMatchLevel: 'overlay' });
    expect(updated).toMatchObject({
      uniqueName,
      defaultTtl: 60,
      callbackUrl: null,
      geoMatchLevel: 'overlay',
    });
    expect(await services()(sid).fetch()).toEqual(updated);
  });

  it('gives its default ttl to the sessions that come after a change of it', async () => {
    const { sid } = await newService({ defaultTtl: 60 });
    const { sessions } = services()(sid);
    const before = await sessions.create();
    await services()(sid).update({ defaultTtl: 600 });
    expect((await sessions.create()).ttl).toBe(600);
    expect((await sessions(before.sid).fetch()).toJSON()).toEqual(before.toJSON());
  });

  it('is another one when its name differs in case', async () => {
    const small = await newService({ uniqueName: 'in case' });
    const large = await newService({ uniqueName: 'In Case' });
    expect((await services()('in case').fetch()).sid).toBe(small.sid);
    expect((await services()('In Case').fetch()).sid).toBe(large.sid);
    await expect(services()('IN CASE').fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('is found by its unique name', async () => {
    const { sid } = await newService({ uniqueName: 'by name é' });
    expect((await services()('by name é').fetch()).sid).toBe(sid);
  });

  it('takes its sessions along when it is deleted, and frees its name', async () => {
    const { sid, uniqueName } = await newService();
    const session = await services()(sid).sessions.create();
    expect(await services()(sid).remove()).toBe(true);
    await expect(services()(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(services()(sid).sessions(session.sid).fetch()).rejects.toMatchObject({ code: 20404 });
    await expect(services()(sid).sessions.list()).rejects.toThrow();
    await expect(services()(sid).sessions.create()).rejects.toMatchObject({ code: 20404 });
    expect((await services().create({ uniqueName })).sid).not.toBe(sid);
  });
});

describe('a session, through the SDK', () => {
  it('is created from nothing', async () => {
    const { sid: serviceSid } = await newService({ defaultTtl: 60 });
    const session = await services()(serviceSid).sessions.create();
    expect(session).toMatchObject({
      sid: expect.stringMatching(/^KC[0-9a-f]{32}$/) as unknown,
      serviceSid,
      accountSid: api.accountSid,
      uniqueName: null,
      status: 'open',
      closedReason: null,
      ttl: 60,
      mode: 'voice-and-message',
      dateStarted: null,
      dateEnded: null,
      dateLastInteraction: null,
      dateExpiry: null,
    });
  });

  it('keeps what it is created with', async () => {
    const { sessions } = services()((await newService()).sid);
    const wish = {
      uniqueName: 'Order #1234 é+&=',
      dateExpiry: inAnHour(),
      ttl: 3600,
      mode: 'voice-only' as const,
      status: 'in-progress' as const,
    };
    const { sid } = await sessions.create(wish);
    const session = await sessions(sid).fetch();
    expect(session).toMatchObject(wish);
    expect(session.dateStarted).toEqual(session.dateCreated);
  });

  it('may be created closed: it ended when it began, and never started', async () => {
    const { sessions } = services()((await newService({ defaultTtl: 60 })).sid);
    const { sid } = await sessions.create({ status: 'closed' });
    const session = await sessions(sid).fetch();
    expect(session).toMatchObject({
      status: 'closed',
      closedReason: 'api',
      ttl: 60,
      dateStarted: null,
      dateEnded: session.dateCreated,
      dateLastInteraction: null,
      dateExpiry: null,
      dateUpdated: session.dateCreated,
    });
    expect(await sessions(sid).update({ status: 'in-progress' })).toMatchObject({
      status: 'in-progress',
      closedReason: null,
      dateEnded: null,
    });
  });

  it('has not started when it was only closed and opened again', async () => {
    const { sessions } = services()((await newService()).sid);
    const { sid } = await sessions.create();
    expect(await sessions(sid).update({ status: 'closed' })).toMatchObject({ dateStarted: null });
    expect(await sessions(sid).update({ status: 'in-progress' })).toMatchObject({ dateStarted: null });
    expect(await sessions(sid).fetch()).toMatchObject({ status: 'in-progress', dateStarted: null });
  });

  it('is another one when its name differs in case', async () => {
    const { sessions } = services()((await newService()).sid);
    const small = await sessions.create({ uniqueName: 'order a' });
    const large = await sessions.create({ uniqueName: 'Order A' });
    expect((await sessions('order a').fetch()).sid).toBe(small.sid);
    expect((await sessions('Order A').fetch()).sid).toBe(large.sid);
    await expect(sessions('ORDER A').fetch()).rejects.toMatchObject({ status: 404, code: 80308 });
  });

  it('takes an empty unique name for none, and a ttl of nothing for no limit', async () => {
    const { sessions } = services()((await newService({ defaultTtl: 60 })).sid);
    // As callers in JavaScript do, against the SDK's types.
    const wish = { ttl: 0, uniqueName: null } as unknown as Parameters<typeof sessions.create>[0];
    expect(await sessions.create(wish)).toMatchObject({ uniqueName: null, ttl: 0 });
    expect(await sessions.create(wish)).toMatchObject({ uniqueName: null });
  });

  it('is closed and opened again', async () => {
    const { sessions } = services()((await newService()).sid);
    const { sid } = await sessions.create({ dateExpiry: inAnHour() });
    const closed = await sessions(sid).update({ status: 'closed' });
    expect(closed).toMatchObject({
      status: 'closed',
      closedReason: 'api',
      dateEnded: expect.any(Date) as unknown,
    });
    const reopened = await sessions(sid).update({ status: 'in-progress', ttl: 600 });
    expect(reopened).toMatchObject({
      status: 'in-progress',
      closedReason: null,
      dateEnded: null,
      dateExpiry: null,
      ttl: 600,
    });
    expect(await sessions(sid).fetch()).toEqual(reopened);
  });

  it('stays as it is when nothing is asked', async () => {
    const { sessions } = services()((await newService()).sid);
    const session = await sessions.create({ ttl: 5000 });
    const updated = await sessions(session.sid).update();
    expect(updated.toJSON()).toEqual(session.toJSON());
  });

  it('is gone once it is removed, and its name is free', async () => {
    const { sessions } = services()((await newService()).sid);
    const { sid } = await sessions.create({ uniqueName: 'again' });
    expect(await sessions(sid).remove()).toBe(true);
    await expect(sessions(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(sessions('again').fetch()).rejects.toMatchObject({ status: 404, code: 80308 });
    await expect(sessions(sid).remove()).rejects.toMatchObject({ code: 20404 });
    expect((await sessions.create({ uniqueName: 'again' })).sid).not.toBe(sid);
  });
});

describe('a list, through the SDK', () => {
  const created = async (count: number) => {
    const { sessions } = services()((await newService()).sid);
    const sids: string[] = [];
    for (let i = 0; i < count; i++) sids.unshift((await sessions.create()).sid);
    return { sessions, sids };
  };

  it('comes newest first', async () => {
    const { sessions, sids } = await created(5);
    expect((await sessions.list()).map(({ sid }) => sid)).toEqual(sids);
  });

  it('follows the pages to the end, or as far as asked', async () => {
    const { sessions, sids } = await created(7);
    expect((await sessions.list({ pageSize: 2 })).map(({ sid }) => sid)).toEqual(sids);
    expect((await sessions.list({ limit: 3 })).map(({ sid }) => sid)).toEqual(sids.slice(0, 3));
    expect(await sessions.list({ limit: 5000 })).toHaveLength(7);
  });

  it('is turned over page by page, to and fro', async () => {
    const { sessions, sids } = await created(7);
    const first = await sessions.page({ pageSize: 3 });
    const second = await first.nextPage();
    const third = await second?.nextPage();
    const back = await third?.previousPage();
    const start = await back?.previousPage();
    const shown = [first, second, third, back, start].map((page) => page?.instances.map(({ sid }) => sid));
    const pages = [sids.slice(0, 3), sids.slice(3, 6), sids.slice(6)];
    expect(shown).toEqual([pages[0], pages[1], pages[2], pages[1], pages[0]]);
    expect(await third?.nextPage()).toBeUndefined();
    expect((await sessions.page({ pageSize: 3, pageNumber: 1 })).instances.map(({ sid }) => sid)).toEqual(
      pages[1],
    );
  });

  it('of services comes newest first as well, and is turned over to and fro', async () => {
    const sids: string[] = [];
    for (let i = 0; i < 5; i++) sids.unshift((await newService()).sid);
    const first = await services().page({ pageSize: 2 });
    const second = await first.nextPage();
    const third = await second?.nextPage();
    const back = await third?.previousPage();
    const start = await back?.previousPage();
    const shown = [first, second, third, back, start].map((page) => page?.instances.map(({ sid }) => sid));
    const pages = [sids.slice(0, 2), sids.slice(2, 4)];
    // Those of the other tests follow.
    expect(shown[2]?.[0]).toBe(sids[4]);
    expect([shown[0], shown[1], shown[3], shown[4]]).toEqual([pages[0], pages[1], pages[1], pages[0]]);
    const all = (await services().list({ pageSize: 3 })).map(({ sid }) => sid);
    expect(all.slice(0, 5)).toEqual(sids);
    expect(new Set(all).size).toBe(all.length);
  });

  it('loses and doubles nothing while others are created', async () => {
    const { sessions, sids } = await created(6);
    const seen: string[] = [];
    let page: PageOfSids = await sessions.page({ pageSize: 2 });
    for (;;) {
      seen.push(...page.instances.map(({ sid }) => sid));
      await sessions.create();
      const next = await page.nextPage();
      if (!next) break;
      page = next;
    }
    expect(seen).toEqual(sids);
  });

  it('is complete when 2,000 share a moment and more come while it is read', async () => {
    const { sid } = await newService();
    const { sessions } = services()(sid);
    for (let i = 0; i < 2000; i += 100) {
      await Promise.all(Array.from({ length: 100 }, () => sessions.create()));
    }
    const { rows } = await api.database.admin.query<{ sid: string }>(
      `update maskline.session
       set date_created = (select max(date_created) from maskline.session where service_sid = $1)
       where service_sid = $1 returning sid`,
      [sid],
    );
    const seen: string[] = [];
    for (let page: PageOfSids | undefined = await sessions.page({ pageSize: 150 }); page;) {
      seen.push(...page.instances.map((session) => session.sid));
      await sessions.create();
      page = await page.nextPage();
    }
    expect(seen).toHaveLength(2000);
    expect(new Set(seen)).toEqual(new Set(rows.map((row) => row.sid)));
  });

  it('may be empty', async () => {
    const { sessions } = services()((await newService()).sid);
    expect(await sessions.list()).toEqual([]);
  });
});

describe('an error, through the SDK', () => {
  it('carries the code, the words and the page that explains it', async () => {
    const { sessions } = services()((await newService()).sid);
    await sessions.create({ uniqueName: 'taken' });
    await expect(sessions.create({ uniqueName: 'taken' })).rejects.toMatchObject({
      name: 'Error',
      status: 400,
      code: 80603,
      message: expect.stringContaining('Session UniqueName must be unique') as unknown,
      moreInfo: 'https://www.twilio.com/docs/errors/80603',
    });
  });
});
