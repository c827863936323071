import { beforeAll, describe, expect, it } from '@jest/globals';
import { moveClock } from '#testing';
import { startApi, type Api } from './start-api.js';

let api: Api;
let sessions: ReturnType<Api['proxy']['services']>['sessions'];
let minutesAhead = 0;

beforeAll(async () => {
  api = await startApi();
});

/** Only ever on, from test to test: the log's own time never goes back. */
async function pass(minutes: number): Promise<void> {
  minutesAhead += minutes;
  await moveClock(api.database, `${minutesAhead} minutes`);
}

async function newSession(wish: Parameters<typeof sessions.create>[0] = {}) {
  const service = await api.proxy.services.create({ uniqueName: `service-${Math.random()}` });
  ({ sessions } = api.proxy.services(service.sid));
  return sessions.create(wish);
}

const after = (date: Date, seconds: number) => new Date(date.getTime() + seconds * 1000);

/** No worker is there to write it down: every reader finds out by itself. */
describe('a session that ends by itself', () => {
  it('is shown closed from its deadline on, whoever looks', async () => {
    const { sid, dateCreated } = await newSession({ ttl: 3600 });
    await pass(120);
    const deadline = after(dateCreated, 3600);
    const ended = {
      status: 'closed',
      closedReason: 'ttl-expired',
      dateEnded: deadline,
      dateUpdated: deadline,
    };
    expect(await sessions(sid).fetch()).toMatchObject(ended);
    expect(await sessions.list()).toMatchObject([{ sid, ...ended }]);
    await expect(sessions(sid).update({ ttl: 7200 })).rejects.toMatchObject({ code: 80607 });
    // The refusal has left the end in the log, and changed nothing of what is shown.
    expect(await sessions(sid).fetch()).toMatchObject(ended);
  });

  it('does so at once when its ttl is shortened into the past, but was updated only then', async () => {
    const { sid, dateCreated } = await newSession({ ttl: 3600 });
    await pass(30);
    const shortened = await sessions(sid).update({ ttl: 60 });
    expect(shortened).toMatchObject({
      status: 'closed',
      closedReason: 'ttl-expired',
      ttl: 60,
      dateEnded: after(dateCreated, 60),
    });
    expect(shortened.dateUpdated.getTime()).toBeGreaterThanOrEqual(after(dateCreated, 1800).getTime());
    expect((await sessions(sid).fetch()).toJSON()).toEqual(shortened.toJSON());
    expect((await sessions.list()).map((session) => session.toJSON())).toEqual([shortened.toJSON()]);
    // As well once its end is in the log, which the refusal sees to.
    await expect(sessions(sid).update({ ttl: 7200 })).rejects.toMatchObject({ code: 80607 });
    expect((await sessions(sid).fetch()).toJSON()).toEqual(shortened.toJSON());
  });

  it('does not once its ttl is set to nothing', async () => {
    const { sid } = await newSession({ ttl: 3600 });
    expect(await sessions(sid).update({ ttl: 0 })).toMatchObject({ ttl: 0, status: 'open' });
    await pass(120);
    expect(await sessions(sid).fetch()).toMatchObject({ ttl: 0, status: 'open', dateEnded: null });
  });
});
