import { describe, expect, it } from '@jest/globals';
import {
  PlaceAccountHold,
  PlaceAccountHoldHandler,
  PlaceSessionHold,
  PlaceSessionHoldHandler,
  ReleaseAccountHold,
  ReleaseAccountHoldHandler,
  ReleaseSessionHold,
  ReleaseSessionHoldHandler,
  RetireSessionHandler,
} from '#application';
import {
  accountStream,
  addParticipant,
  createAccount,
  isErased,
  sessionStream,
  updateSession,
  type SessionUpdate,
} from '#domain';
import { readStream, upcasters } from '#event-store';
import { newSid } from '#platform';
import { verify, type Difference } from '#read-model';
import { cleanUp, moveClock, testDatabase, testService, testWorld, waitFor } from '#testing';
import { openWorld } from '../spec/open-world.js';
import { RetentionTimer } from './retention.timer.js';

const DAYS = 90;

/** A database with a service, whose retention the spec starts as often as it likes. */
async function open() {
  const { database } = await testDatabase();
  const store = await testWorld(database);
  const { events } = store;
  const service = await testService(store);
  return {
    ...sessionsOf({ database, store, service }),
    database,
    store,
    service,
    async startRetention(): Promise<RetentionTimer> {
      const retireSession = new RetireSessionHandler(events);
      const retention = new RetentionTimer(database.subscriptions, 1, retireSession, DAYS);
      cleanUp(() => retention.stop());
      await retention.start();
      return retention;
    },
    /** Whether somebody has had the turn. */
    async hasBegun(): Promise<boolean> {
      const { rows } = await database.admin.query(
        `select from maskline.retention_turn where until > '-infinity'`,
      );
      return rows.length > 0;
    },
    /** Resolves when somebody has passed over all that is due. */
    turnIsOver: () =>
      waitFor(async () => {
        const { rows } = await database.admin.query<{ isOver: boolean }>(
          `select owner is null and until > maskline.clock() as "isOver" from maskline.retention_turn`,
        );
        return rows[0]?.isOver === true;
      }),
    async deletions(): Promise<{ sid: string; actor: string }[]> {
      const { rows } = await database.admin.query<{ sid: string; actor: string }>(
        `select stream_id as sid, actor from maskline.event where type = 'SessionDeleted' order by stream_id collate "C"`,
      );
      return rows;
    },
    async differences(): Promise<Difference[]> {
      const found: Difference[] = [];
      const decoding = { upcasters, masterKey: store.masterKey };
      await verify(database, {
        decoding,
        checks: ['rows', 'states', 'log'],
        onDifference: (difference) => found.push(difference),
      });
      return found;
    },
  };
}

function sessionsOf({
  database,
  store: { events },
  service: { addSessions, context },
}: Pick<Awaited<ReturnType<typeof openWorld>>, 'database' | 'store'> & {
  service: Awaited<ReturnType<typeof testService>>;
}) {
  const update = (sid: string, wish: SessionUpdate) =>
    events.change(sessionStream, sid, context, (session, { now }) => updateSession(session, wish, now));
  return {
    update,
    async addClosed(count: number): Promise<string[]> {
      const sids = await addSessions(count, {});
      await Promise.all(sids.map((sid) => update(sid, { status: 'closed' })));
      return sids.sort();
    },
    async sessions(): Promise<string[]> {
      const { rows } = await database.admin.query<{ sid: string }>(
        'select sid from maskline.session order by sid',
      );
      return rows.map(({ sid }) => sid);
    },
  };
}

const byRetention = (sids: readonly string[]) =>
  sids.toSorted().map((sid) => ({ sid, actor: 'system:retention' }));

describe('retention', () => {
  it('deletes what was closed so long ago, all that is in it and its keys, and nothing else', async () => {
    const world = await open();
    const { database, store, service } = world;
    const [sid = ''] = await service.addSessions(1, {});
    await store.events.change(
      sessionStream,
      sid,
      service.context,
      (session) =>
        addParticipant(
          session,
          {
            participantSid: newSid('KP'),
            identifier: '+15005550601',
            friendlyName: 'Ann',
            proxyIdentifier: '+15005550101',
            proxyIdentifierSid: newSid('PN'),
          },
          { accountSid: service.accountSid, serviceSid: service.sid },
        ),
      { subjects: [sid] },
    );
    await world.update(sid, { status: 'closed' });
    const [again = ''] = await world.addClosed(1);
    const active = await service.addSessions(2, {});
    await moveClock(database, '2 days');
    const younger = await world.addClosed(2);
    await world.update(again, { status: 'in-progress' });
    await moveClock(database, `${DAYS} days 1 hour`);

    await world.startRetention();
    await world.turnIsOver();

    expect(await world.deletions()).toEqual(byRetention([sid]));
    expect(await world.sessions()).toEqual([...active, again, ...younger].sort());
    for (const [table, column] of [
      ['participant', 'session_sid'],
      ['event_key', 'stream_id'],
    ] as const) {
      const { rows } = await database.admin.query(`select from maskline.${table} where ${column} = $1`, [
        sid,
      ]);
      expect([table, rows.length]).toEqual([table, 0]);
    }
    const identifiers: unknown[] = [];
    const place = { partition: 0, streamId: sid };
    for await (const { event } of readStream(database.admin, place, upcasters, {
      masterKey: store.masterKey,
    })) {
      if (event.type === 'ParticipantAdded' && 'identifier' in event.data)
        identifiers.push(event.data.identifier);
    }
    expect(identifiers.map(isErased)).toEqual([true]);
    expect(await world.differences()).toEqual([]);
  });

  it('deletes each session once, however many workers there are and though they are stopped midway', async () => {
    const world = await open();
    const sids = await world.addClosed(300);
    await moveClock(world.database, `${DAYS} days 1 hour`);

    const first = await world.startRetention();
    // As if the first had been away for longer than its lease.
    await waitFor(() => world.hasBegun());
    await world.database.admin.query(`update maskline.retention_turn set until = '-infinity'`);
    const second = await world.startRetention();
    await waitFor(async () => (await world.deletions()).length > 0);
    await Promise.all([first.stop(), second.stop()]);
    await world.database.admin.query(`update maskline.retention_turn set until = '-infinity'`);
    await world.startRetention();

    await world.turnIsOver();
    expect(await world.deletions()).toEqual(byRetention(sids));
    expect(await world.sessions()).toEqual([]);
    expect(await world.differences()).toEqual([]);
  });

  it('passes by what is on legal hold, and deletes it when the hold has ended', async () => {
    const world = await open();
    const { database, store, service } = world;
    const { events } = store;
    const heldAccount = await testService(store);
    const inAccount = sessionsOf({ database, store, service: heldAccount });
    await events.change(accountStream, heldAccount.accountSid, heldAccount.context, (account) =>
      createAccount(account, 'held'),
    );
    // More than are looked at in one go, and before all others.
    const held = await world.addClosed(70);
    const ofAccount = await inAccount.addClosed(3);
    await moveClock(database, '1 minute');
    const due = await world.addClosed(5);
    const placeOnSession = new PlaceSessionHoldHandler(events);
    for (const sid of held)
      await placeOnSession.execute(new PlaceSessionHold(sid, 'a case', service.context));
    await new PlaceAccountHoldHandler(events).execute(new PlaceAccountHold('a case', heldAccount.context));
    await moveClock(database, `${DAYS} days 1 hour`);

    const retention = await world.startRetention();
    await world.turnIsOver();
    await retention.stop();
    expect(await world.deletions()).toEqual(byRetention(due));

    const [freed = '', ...kept] = held;
    await new ReleaseSessionHoldHandler(events).execute(
      new ReleaseSessionHold(freed, 'it is over', service.context),
    );
    await new ReleaseAccountHoldHandler(events).execute(
      new ReleaseAccountHold('it is over', heldAccount.context),
    );
    await moveClock(database, `${DAYS} days 2 hours`);
    await world.startRetention();
    await world.turnIsOver();
    expect(await world.deletions()).toEqual(byRetention([...due, ...ofAccount, freed]));
    expect(await world.sessions()).toEqual(kept);
    expect(await world.differences()).toEqual([]);
  });

  it('leaves the sessions of a deleted service to the cascade', async () => {
    const world = await open();
    const sids = await world.addClosed(3);
    await world.service.delete();
    await moveClock(world.database, `${DAYS} days 1 hour`);

    await world.startRetention();
    await world.turnIsOver();

    expect(await world.deletions()).toEqual([]);
    expect(await world.sessions()).toEqual(sids);
  });

  it('is the worker’s, and never comes when it is set to 0', async () => {
    const world = await openWorld('postgres');
    const { database, store } = world;
    const sessions = sessionsOf({ database, store, service: await testService(store) });
    await sessions.addClosed(3);
    await moveClock(database, '100 years');
    const never = await world.startWorker({ RETENTION_DAYS: 0 });
    // All that a worker does has begun when it has started.
    expect((await database.admin.query('select from maskline.retention_turn')).rows).toEqual([]);
    expect(await sessions.sessions()).toHaveLength(3);
    await never.stop();

    await world.startWorker({ RETENTION_DAYS: 36_500 });
    await waitFor(async () => (await sessions.sessions()).length === 0);
    expect((await database.admin.query('select from maskline.retention_turn')).rows).toHaveLength(1);
  });
});
