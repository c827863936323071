import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createSession, sessionStream, serviceStream } from '#domain';
import { moveClock, testDatabase, testService, testWorld, waitFor } from '#testing';
import type { Store } from '#application';
import { newSid, type Database } from '#platform';
import { keepAlerts } from '#read-model';
import { Housekeeping } from './housekeeping.js';

let database: Database;
let store: Store;
let service: Awaited<ReturnType<typeof testService>>;

beforeAll(async () => {
  ({ database } = await testDatabase());
  store = await testWorld(database);
  service = await testService(store);
});

/** Makes a session under a caller's own key; answers its SID, which is the first one's for a key that is known. */
async function create(key: string): Promise<string> {
  const { accountSid, sid: serviceSid } = service;
  const session = {
    accountSid,
    serviceSid,
    uniqueName: null,
    mode: 'voice-and-message',
    ttl: 0,
    dateExpiry: null,
    status: 'open',
  } as const;
  const { sid } = await store.events.create(
    sessionStream,
    newSid('KC'),
    { ...service.context, idempotency: { commandId: key, fingerprint: key } },
    { stream: serviceStream, id: serviceSid },
    ({ now }) => createSession(sessionStream.initial, session, now),
  );
  return sid;
}

async function knows(key: string): Promise<boolean> {
  const { rows } = await database.reads.query('select from maskline.command where id = $1', [key]);
  return rows.length > 0;
}

describe('housekeeping', () => {
  let housekeeping: Housekeeping;

  afterEach(() => housekeeping.stop());

  it('forgets the keys of callers after 24 hours, and none before', async () => {
    const old = await create('old');
    await moveClock(database, '2 minutes');
    const younger = await create('younger');
    await moveClock(database, '24 hours 1 minute');
    // It is known as long as nobody has been there.
    expect(await create('old')).toBe(old);
    housekeeping = new Housekeeping(database.admin, 1, 30);
    await housekeeping.start();
    await waitFor(async () => !(await knows('old')));

    expect(await create('younger')).toBe(younger);
    expect(await create('old')).not.toBe(old);
  });

  it('clears away more than one step takes in one go', async () => {
    await create('many');
    await database.admin.query(
      `insert into maskline.command (partition, id, sid, version, recorded_at)
       select partition, id || i, sid, version, recorded_at
       from maskline.command, generate_series(1, 2500) i where id = 'many'`,
    );
    await moveClock(database, '72 hours');
    housekeeping = new Housekeeping(database.admin, 1, 30);
    await housekeeping.start();
    await waitFor(async () => {
      const { rows } = await database.reads.query('select from maskline.command');
      return rows.length === 0;
    });
    expect(await knows('many')).toBe(false);
  });

  it('forgets alerts of long ago in every partition, and none before', async () => {
    const alertOf = (partition: number) => ({
      partition,
      sid: newSid('NO'),
      accountSid: service.accountSid,
      serviceSid: null,
      sessionSid: null,
      interactionSid: null,
      code: 80901,
      why: null,
    });
    const alerts = async () => (await database.reads.query('select from maskline.alert')).rows.length;
    await moveClock(database, '100 days');
    await keepAlerts(database.admin, [alertOf(0), alertOf(1)]);
    await moveClock(database, '129 days');
    await keepAlerts(database.admin, [alertOf(1)]);
    await moveClock(database, '130 days 1 hour');
    housekeeping = new Housekeeping(database.admin, 2, 30);
    await housekeeping.start();
    await waitFor(async () => (await alerts()) < 3);
    await waitFor(async () => (await alerts()) < 2);
    await housekeeping.stop();
    expect(await alerts()).toBe(1);
  });
});
