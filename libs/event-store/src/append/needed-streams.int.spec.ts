import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  addParticipant,
  createSession,
  poolOf,
  serviceStream,
  sessionStream,
  phoneNumberStream,
  updatePhoneNumber,
} from '#domain';
import { newSid, type Database } from '#platform';
import { postgresVersions, testDatabase, testStore } from '#testing';
import type { EventStore } from '../event-store.js';
import { alice, MaskedSessions, poolSize } from '../spec/masked-sessions.js';

const number = '+14155550001';

describe.each(postgresVersions())('what a decision saw elsewhere, on PostgreSQL %s', (postgres) => {
  let database: Database;
  let store: EventStore;
  let service: MaskedSessions;
  let sid: string;
  let session: string;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    store = await testStore(database);
  });

  beforeEach(async () => {
    service = await new MaskedSessions(store).open();
    sid = await service.addNumber(number);
    ({ sid: session } = await service.talk([]));
  });

  const newcomer = () => ({
    participantSid: newSid('KP'),
    identifier: alice,
    friendlyName: null,
    proxyIdentifier: number,
    proxyIdentifierSid: sid,
  });

  function join(version: number) {
    const place = { accountSid: service.accountSid, serviceSid: service.serviceSid };
    return store.change(
      sessionStream,
      session,
      service.context,
      (state) => addParticipant(state, newcomer(), place),
      { subjects: [session], needs: [{ stream: sid, version }] },
    );
  }

  function begin(version: number) {
    const { accountSid, serviceSid, context } = service;
    const wish = { uniqueName: null, mode: 'voice-only', ttl: 0, dateExpiry: null, status: 'open' } as const;
    const parent = { stream: serviceStream, id: serviceSid };
    return store.create(
      sessionStream,
      newSid('KC'),
      context,
      parent,
      ({ now }) => createSession(sessionStream.initial, { ...wish, accountSid, serviceSid }, now),
      { needs: [{ stream: sid, version }] },
    );
  }

  it('must be so when the decision is written', async () => {
    await expect(begin(1)).resolves.toMatchObject({ version: 1 });
    await expect(join(1)).resolves.toMatchObject({ version: 2 });
  });

  it.each([
    ['has left the pool', () => service.removeNumber(sid, number)],
    ['has been reserved', () => service.reserveNumber(sid, true)],
  ])('is refused when the number %s since', async (_, change) => {
    await change();
    await expect(join(1)).rejects.toMatchObject({ code: 'proxy-identifier-moved' });
    await expect(begin(1)).rejects.toMatchObject({ code: 'proxy-identifier-moved' });
    const { version } = await store.load(sessionStream, session, service.accountSid);
    expect(version).toBe(1);
  });

  it('is made again on what is so now, but on no number that is out of every pool', async () => {
    await service.reserveNumber(sid, true);
    await expect(join(2)).resolves.toMatchObject({ version: 2 });
    await service.update(session, { status: 'closed' });
    await service.removeNumber(sid, number);
    await expect(begin(3)).rejects.toMatchObject({ code: 'proxy-identifier-moved' });
  });

  it('is not counted by who brings nothing to what is full', async () => {
    for (let i = 2; i <= poolSize; i++) await service.addNumber(`+1415555000${i}`);
    const update = (isReserved: boolean) =>
      store.change(
        phoneNumberStream,
        sid,
        // With a key even what changes nothing is written down.
        { ...service.context, idempotency: { commandId: newSid('RQ'), fingerprint: 'x' } },
        (pooled) => updatePhoneNumber(pooled, service.serviceSid, isReserved),
        { counts: [{ ...poolOf(service.serviceSid, isReserved), max: poolSize }] },
      );
    await expect(update(false)).resolves.toMatchObject({ version: 1 });
    await expect(update(true)).resolves.toMatchObject({ version: 2 });
    await service.addNumber('+14155550009');
    await expect(update(false)).rejects.toMatchObject({ code: 'pool-full' });
  });
});
