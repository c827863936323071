import { describe, expect, it } from '@jest/globals';
import { openDatabase, runningEmbeddedPostgres } from '#platform';
import { call, cleanUp, MaskingApi, moveClock, sidOf, startService, waitFor, type Service } from '#testing';

// What `npm start` does with sessions that have been closed for long: it is started again when their time has come.

const identifier = '+14152007986';

const login = ({ accountSid, authToken }: Service) => ({ username: accountSid, password: authToken });

function admin(service: Service, method: string, path: string, body?: object) {
  return call(service.url, method, `/admin/v1/${path}`, {
    login: login(service),
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }),
  });
}

async function moveClockOf({ env }: Service, ahead: string): Promise<void> {
  const url = runningEmbeddedPostgres(env['MASKLINE_DATA_DIR'] ?? '');
  if (url === null) throw new Error('the database does not run');
  const database = openDatabase({ DATABASE_URL: url }, 'spec');
  cleanUp(() => database.close());
  await moveClock(database, ahead);
  await database.close();
}

describe('a standalone with RETENTION_DAYS', () => {
  it('deletes what has been closed for so long, and what was on legal hold once it is released', async () => {
    let service = await startService('standalone', { env: { RETENTION_DAYS: '2' } });
    // The one that runs now is asked.
    const masking = await MaskingApi.open((method, path, options) =>
      call(service.url, method, path, { login: login(service), ...options }),
    );
    await masking.pool('+14152000001');
    const [due, held, active] = [
      await masking.sessionSid(),
      await masking.sessionSid(),
      await masking.sessionSid(),
    ];
    await masking.join(due, identifier);
    for (const sid of [due, held]) {
      expect((await masking.post(`Sessions/${sid}`, { Status: 'closed' })).status).toBe(200);
    }
    expect((await admin(service, 'POST', `Sessions/${held}/LegalHold`, { Reason: 'court' })).status).toBe(
      201,
    );
    const statuses = async () =>
      Promise.all([due, held, active].map(async (sid) => (await masking.get(`Sessions/${sid}`)).status));
    expect(await statuses()).toEqual([200, 200, 200]);

    await moveClockOf(service, '2 days 1 hour');
    expect(await service.stop()).toBe(0);
    service = await startService('standalone', { like: service });
    await waitFor(async () => (await statuses())[0] === 404);
    expect(await statuses()).toEqual([404, 200, 200]);
    const feed = await admin(service, 'GET', `Events?SessionSid=${due}`);
    expect(feed.text).not.toContain(identifier);
    const events = feed.body?.['events'] as { type: string; actor: string }[];
    expect(events.at(-1)).toMatchObject({ type: 'SessionDeleted', actor: 'system:retention' });

    const released = await admin(service, 'POST', `Sessions/${held}/LegalHold/Release`, { Reason: 'over' });
    expect(released.status).toBe(200);
    await moveClockOf(service, '2 days 2 hours');
    expect(await service.stop()).toBe(0);
    service = await startService('standalone', { like: service });
    await waitFor(async () => (await statuses())[1] === 404);
    expect(await statuses()).toEqual([404, 404, 200]);
    expect(sidOf(await masking.get(`Sessions/${active}`))).toBe(active);
  });
});
