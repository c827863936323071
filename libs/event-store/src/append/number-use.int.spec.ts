import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { deleteSession, removeParticipant, sessionStream, type DomainError } from '#domain';
import type { Database } from '#platform';
import { moveClock, postgresVersions, testDatabase, testStore } from '#testing';
import type { EventStore } from '../event-store.js';
import { alice, bob, carol, MaskedSessions, poolSize, refusable } from '../spec/masked-sessions.js';

const [one, two, three] = ['+14155550001', '+14155550002', '+447700900003'];

describe.each(postgresVersions())('the numbers of a pool on PostgreSQL %s', (postgres) => {
  const masterKey = createSecretKey(randomBytes(32));
  let database: Database;
  let store: EventStore;
  /** As another process has it. */
  let other: EventStore;
  let service: MaskedSessions;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    store = await testStore(database, { masterKey });
    other = await testStore(database, { masterKey });
  });

  beforeEach(async () => {
    service = await new MaskedSessions(store).open();
  });

  const used = () => service.used(database);

  async function find(sid: string): Promise<object | null> {
    const { rows } = await database.admin.query<object>('select * from maskline.number_use where sid = $1', [
      sid,
    ]);
    return rows[0] ?? null;
  }

  /** The sessions that use a number. */
  async function holders(number: string): Promise<string[]> {
    const { rows } = await database.admin.query<{ stream_id: string }>(
      `select stream_id from maskline.claim where account_sid = $1 and kind = 'pair' and starts_with(key, $2)`,
      [service.accountSid, `${service.serviceSid}/${number}/`],
    );
    return rows.map(({ stream_id }) => stream_id);
  }

  it('are there to be chosen from while they are in the pool', async () => {
    const sid = await service.addNumber(one);
    expect(await find(sid)).toMatchObject({
      service_sid: service.serviceSid,
      number: one,
      iso_country: 'US',
      area_code: '415',
      is_reserved: false,
      can_call: true,
      can_text: true,
      sessions: 0,
    });
    await service.reserveNumber(sid, true);
    expect(await find(sid)).toMatchObject({ is_reserved: true, sessions: 0 });
    await service.removeNumber(sid, one);
    expect(await find(sid)).toBeNull();
    await service.addNumber(one, false, sid);
    expect(await find(sid)).toMatchObject({ is_reserved: false });
    expect(await find(await service.addNumber(three))).toMatchObject({ area_code: null });
  });

  it('count the active sessions that use them, each once', async () => {
    await Promise.all([service.addNumber(one), service.addNumber(two)]);
    const { sid, participants } = await service.talk([
      [alice, one],
      [bob, one],
    ]);
    expect(await used()).toEqual({ [one]: 1, [two]: 0 });
    const { sid: second } = await service.talk([[alice, two]]);
    await service.join(second, bob, two);
    await service.talk([[carol, one]]);
    expect(await used()).toEqual({ [one]: 2, [two]: 1 });

    const [first = ''] = participants;
    const remove = (participant: string) =>
      store.change(sessionStream, sid, service.context, (state) => removeParticipant(state, participant), {
        children: [participant],
      });
    await remove(first);
    expect(await used()).toEqual({ [one]: 2, [two]: 1 });
    await service.update(sid, { status: 'closed' });
    expect(await used()).toEqual({ [one]: 1, [two]: 1 });
    await service.update(sid, { status: 'in-progress' });
    expect(await used()).toEqual({ [one]: 2, [two]: 1 });
    await store.change(sessionStream, second, service.context, deleteSession);
    expect(await used()).toEqual({ [one]: 2, [two]: 0 });
  });

  it('do not count a session that has ended by itself, or that began closed', async () => {
    await service.addNumber(one);
    const { sid } = await service.talk([[alice, one]], { ttl: 10 });
    await service.talk([[bob, one]], { status: 'closed' });
    expect(await used()).toEqual({ [one]: 1 });
    await moveClock(database, '1 minute');
    expect(await store.expire(sessionStream, sid, service.context)).toBe(true);
    expect(await used()).toEqual({ [one]: 0 });
  });

  it('count what uses them already when they come', async () => {
    await service.talk([
      [alice, one],
      [bob, one],
    ]);
    await service.talk([[carol, one]]);
    await service.addNumber(one);
    expect(await used()).toEqual({ [one]: 2 });
  });

  it('are counted right whoever comes and goes at once', async () => {
    const numbers = [one, two, three];
    await Promise.all(numbers.map((number) => service.addNumber(number)));
    const random = (below: number) => Math.floor(Math.random() * below);
    const anyNumber = () => numbers[random(numbers.length)] ?? one;
    const live = async (n: number) => {
      const through = n % 2 === 0 ? store : other;
      const person = (i: number) => `+1555${n}${String(i).padStart(6, '0')}`;
      const { sid, participants } = await service.talk([[person(0), anyNumber()]], {}, through);
      await refusable(service.join(sid, person(1), anyNumber(), through));
      const [first = ''] = participants;
      const ways = [
        () => service.update(sid, { status: 'closed' }),
        () => service.update(sid, { status: 'in-progress' }),
        () => through.change(sessionStream, sid, service.context, deleteSession),
        () =>
          through.change(sessionStream, sid, service.context, (state) => removeParticipant(state, first), {
            children: [first],
          }),
      ];
      await Promise.all(
        Array.from({ length: 4 }, () =>
          refusable((ways[random(ways.length)] ?? ways[0])?.() ?? Promise.resolve()),
        ),
      );
    };
    await Promise.all(Array.from({ length: 60 }, (_, n) => live(n)));
    const counted = Object.entries(await used()).filter(([, sessions]) => sessions > 0);
    expect(Object.fromEntries(counted)).toEqual(await service.usedByStates(database));
  });

  it('leave the pool only while nobody uses them, whoever comes at once', async () => {
    for (let round = 0; round < 12; round++) {
      const number = `+1415556${String(round).padStart(4, '0')}`;
      const sid = await service.addNumber(number);
      await Promise.all([
        refusable(service.removeNumber(sid, number)),
        refusable(service.talk([[alice, number]], {}, other)),
        refusable(service.talk([[alice, number]])),
      ]);
      const isThere = (await find(sid)) !== null;
      if (!isThere) continue;
      // Somebody was first, so it had to stay until they have gone.
      expect(await find(sid)).toMatchObject({ sessions: 1 });
      await expect(service.removeNumber(sid, number)).rejects.toMatchObject({ code: 'phone-number-in-use' });
      for (const holder of await holders(number)) await service.update(holder, { status: 'closed' });
      await service.removeNumber(sid, number);
      expect(await find(sid)).toBeNull();
    }
  });

  it('are given to nobody once they have left the pool, however lately they were chosen', async () => {
    for (let round = 0; round < 12; round++) {
      const number = `+1415558${String(round).padStart(4, '0')}`;
      const sid = await service.addNumber(number);
      const chosen = await service.numberAt(sid);
      const results = await Promise.allSettled([
        service.removeNumber(sid, number),
        service.talk([[alice, number]], {}, round % 2 === 0 ? store : other, chosen),
      ]);
      // One of them was too late.
      const refused = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      expect(refused).toHaveLength(1);
      expect(['phone-number-in-use', 'proxy-identifier-moved']).toContain((refused[0] as DomainError).code);
      expect(await find(sid)).toEqual(
        results[0].status === 'rejected' ? expect.objectContaining({ sessions: 1 }) : null,
      );
      if (results[0].status === 'rejected') {
        const [holder = ''] = await holders(number);
        await service.update(holder, { status: 'closed' });
        await service.removeNumber(sid, number);
      }
      await expect(service.talk([[alice, number]], {}, store, chosen)).rejects.toMatchObject({
        code: 'proxy-identifier-moved',
      });
      await service.addNumber(number, false, sid);
      const { sid: session } = await service.talk([[alice, number]], {}, store, await service.numberAt(sid));
      await service.update(session, { status: 'closed' });
      await service.removeNumber(sid, number);
    }
  });

  it('are no more than a pool may have, whoever adds them at once', async () => {
    const alike = new MaskedSessions(other);
    Object.assign(alike, {
      accountSid: service.accountSid,
      serviceSid: service.serviceSid,
      context: service.context,
    });
    const added = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 === 0 ? service : alike).addNumber(`+1415557${String(n).padStart(4, '0')}`),
      ),
    );
    const refused = added.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    expect(refused).toHaveLength(added.length - poolSize);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'pool-full' });
    expect(Object.keys(await used())).toHaveLength(poolSize);
    // The reserved ones are counted by themselves.
    await service.addNumber(one, true);
  });

  it('are in one pool only', async () => {
    const neighbour = await new MaskedSessions(store).open();
    await service.addNumber(one);
    await neighbour.addNumber(one);
    await expect(service.addNumber(one)).rejects.toMatchObject({ code: 'phone-number-in-other-service' });
  });
});
