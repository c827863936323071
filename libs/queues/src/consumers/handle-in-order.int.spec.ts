import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { eventJob } from '#contracts';
import { sessionStream, updateSession } from '#domain';
import {
  addConsumer,
  listConsumers,
  noteSkipped,
  readReplay,
  type Queryable,
  type RecordedEvent,
} from '#event-store';
import { cleanUp, queueBackends, redisUrl, testDatabase, testService, testWorld, waitFor } from '#testing';
import { JobWorker } from '../job-worker.js';
import { openQueues } from '../open-queues.js';
import { eventQueue, eventQueueName, newEventJob } from './event-queue.js';
import { handleInOrder } from './handle-in-order.js';
import { prepareInbox } from './inbox.js';
import { prepareOrder } from './stream-cursor.js';

// Jobs fail here on purpose, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const name = 'ledger';
const types = ['SessionCreated', 'SessionTtlChanged', 'SessionClosed'];

describe.each(queueBackends())('a consumer that wants order per session, with queues on %s', (kind) => {
  it('handles the events of each session once and in their order, though jobs come in any order and fail', async () => {
    const world = await openWorld(kind);
    await world.addConsumer();
    const sids = await world.addSessions(12);
    let tries = 0;
    world.fail = () => tries++ % 3 === 0;

    await world.send((jobs) => jobs.toReversed());
    world.startWorkers(2);

    await waitFor(async () => (await world.handled()).length === sids.length * 5);
    const handled = await world.handled();
    for (const sid of sids) {
      expect(handled.filter((event) => event.sid === sid).map(({ version }) => version)).toEqual([
        1, 2, 3, 4, 5,
      ]);
    }
  });

  it('holds up a session at an event that it cannot handle, and no other, until the event is skipped', async () => {
    const world = await openWorld(kind);
    await world.addConsumer();
    const [bad = '', ...good] = await world.addSessions(4);
    world.fail = ({ streamId, version }) => streamId === bad && version === 3;
    await world.send((jobs) => jobs);
    world.startWorkers(1);

    await waitFor(async () => (await world.handled()).length === good.length * 5 + 2);
    const [stuck] = await world.eventsOf(bad, 3);
    if (stuck === undefined) throw new Error('no such event');
    await noteSkipped(
      world.db,
      `consumer:${name}`,
      { ...stuck, error: 'Error' },
      { reason: 'spec', by: 'spec' },
    );

    await waitFor(async () => (await world.handled()).length === good.length * 5 + 4);
    const versions = (await world.handled()).filter(({ sid }) => sid === bad).map(({ version }) => version);
    expect(versions).toEqual([1, 2, 4, 5]);
  });

  it('begins where it was registered, in the middle of a session too', async () => {
    const world = await openWorld(kind);
    const [sid = ''] = await world.addSessions(1, ['ttl']);
    await world.addConsumer();
    await world.change(sid, { ttl: 99 });
    await world.change(sid, { status: 'closed' });
    await world.send((jobs) => jobs.slice(-1));
    world.startWorkers(1);

    await waitFor(async () => (await world.handled()).length >= 2);
    expect((await world.handled()).map(({ version }) => version)).toEqual([3, 4]);
  });
});

async function openWorld(kind: 'postgres' | 'redis') {
  const { url, database } = await testDatabase();
  const store = await testWorld(database);
  const service = await testService(store);
  const REDIS_URL = kind === 'redis' ? await redisUrl() : undefined;
  const backend = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
  cleanUp(() => backend.close());
  await backend.migrate();
  const db = database.reads;
  await prepareInbox(db, 'spec');
  await prepareOrder(db, 'spec');
  await database.admin.query(
    'create table spec.effect (n int generated always as identity, sid text, version int)',
  );
  const queue = eventQueue(backend, name);
  cleanUp(() => queue.stop());
  queue.start();
  await queue.connected();
  const change = async (sid: string, wish: Parameters<typeof updateSession>[1]) => {
    await store.events.change(sessionStream, sid, service.context, (session, { now }) =>
      updateSession(session, wish, now),
    );
  };
  const eventsOf = async (streamId: string | null, version: number | null = null) => {
    const range = { partition: 0, from: 1, to: 1_000, types, streamId, serviceSid: null };
    return (await readReplay(db, range, 1_000)).filter(
      (event) => version === null || event.version === version,
    );
  };
  const world = {
    db,
    change,
    eventsOf,
    fail: (_: RecordedEvent): boolean => false,
    addConsumer: () => addConsumer(db, name, types, 'now'),
    /** Each with five events, unless the spec wants fewer. */
    addSessions: async (count: number, steps: readonly string[] = ['ttl', 'ttl', 'ttl', 'close']) => {
      const sids = await service.addSessions(count, {});
      for (const [i, step] of steps.entries()) {
        await Promise.all(
          sids.map((sid) => change(sid, step === 'close' ? { status: 'closed' } : { ttl: 1_000 + i })),
        );
      }
      return sids;
    },
    send: async (
      choose: (jobs: readonly ReturnType<typeof newEventJob>[]) => readonly ReturnType<typeof newEventJob>[],
    ) => {
      const [consumer = { name, id: 0 }] = await listConsumers(db);
      await queue.add(choose((await eventsOf(null)).map((event) => newEventJob(consumer, event, null))));
    },
    startWorkers: (count: number) => {
      for (let i = 0; i < count; i++) {
        const worker = new JobWorker(backend, {
          queue: eventQueueName(name),
          schema: eventJob,
          concurrency: 3,
          handle: (job) => handleInOrder(database, { name, types, schema: 'spec', handle }, job),
        });
        worker.start();
        cleanUp(() => worker.stop());
      }
    },
    handled: async () => {
      const { rows } = await db.query('select sid, version from spec.effect order by n');
      return rows as { sid: string; version: number }[];
    },
  };
  const handle = async (event: RecordedEvent, tx: Queryable) => {
    await tx.query({
      name: 'spec-effect',
      text: 'insert into spec.effect (sid, version) values ($1, $2)',
      values: [event.streamId, event.version],
    });
    if (world.fail(event)) throw new Error('on purpose');
  };
  return world;
}
