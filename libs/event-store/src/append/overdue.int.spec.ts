import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import type { Database } from '#platform';
import { moveClock, postgresVersions, testDatabase, testStore } from '#testing';
import type { EventStore } from '../event-store.js';
import { alice, bob, MaskedSessions } from '../spec/masked-sessions.js';

const number = '+14155550001';

describe.each(postgresVersions())('who stands in the way on PostgreSQL %s', (postgres) => {
  let database: Database;
  let store: EventStore;
  let service: MaskedSessions;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    store = await testStore(database, { masterKey: createSecretKey(randomBytes(32)) });
  });

  beforeEach(async () => {
    service = await new MaskedSessions(store).open();
  });

  let minutes = 0;
  const aMinuteLater = () => moveClock(database, `${++minutes} minutes`);

  async function typesOf(sid: string): Promise<string[]> {
    const { rows } = await database.admin.query<{ type: string }>(
      'select type from maskline.event where stream_id = $1 order by version',
      [sid],
    );
    return rows.map(({ type }) => type);
  }

  it('does not once its time is over: a new session gets the pair', async () => {
    const { sid: old } = await service.talk([[alice, number]], { ttl: 10 });
    await expect(service.talk([[alice, number]])).rejects.toMatchObject({ code: 'proxy-identifier-taken' });
    await aMinuteLater();
    const { sid } = await service.talk([[alice, number]]);
    expect(await typesOf(old)).toEqual(['SessionCreated', 'ParticipantAdded', 'SessionExpired']);
    expect(await typesOf(sid)).toEqual(['SessionCreated', 'ParticipantAdded']);
  });

  it('does not once its time is over: who joins a session, or opens it again, gets the pair', async () => {
    await service.talk([[alice, number]], { ttl: 10 });
    const { sid } = await service.talk([[bob, number]]);
    await expect(service.join(sid, alice, number)).rejects.toMatchObject({ code: 'proxy-identifier-taken' });
    await aMinuteLater();
    await service.join(sid, alice, number);

    await service.update(sid, { status: 'closed' });
    const { sid: later } = await service.talk([[bob, number]], { ttl: 10 });
    await aMinuteLater();
    await service.update(sid, { status: 'in-progress' });
    expect((await typesOf(later)).at(-1)).toBe('SessionExpired');
  });

  it('does not once its time is over: a number that many used leaves the pool', async () => {
    const pool = await service.addNumber(number);
    const sessions = await Promise.all(
      // More than append names at once.
      Array.from({ length: 150 }, (_, n) =>
        service.talk([[`+1555${String(n).padStart(7, '0')}`, number]], { ttl: 10 + (n % 5) }),
      ),
    );
    await expect(service.removeNumber(pool, number)).rejects.toMatchObject({ code: 'phone-number-in-use' });
    await aMinuteLater();
    await service.removeNumber(pool, number);
    for (const { sid } of sessions.slice(0, 5)) expect((await typesOf(sid)).at(-1)).toBe('SessionExpired');
    expect(await service.used(database)).toEqual({});
  });

  it('does while one of them lives on, however many are overdue', async () => {
    const pool = await service.addNumber(number);
    for (let n = 0; n < 5; n++) {
      await service.talk([[`+1555${String(n).padStart(7, '0')}`, number]], n === 2 ? {} : { ttl: 10 });
    }
    await aMinuteLater();
    await expect(service.removeNumber(pool, number)).rejects.toMatchObject({ code: 'phone-number-in-use' });
    expect(await service.used(database)).toEqual({ [number]: 1 });
  });
});
