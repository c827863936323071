import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { sessionStream, updateSession } from '#domain';
import { cleanUp, testDatabase, testService, testWorld, waitFor } from '#testing';
import type { RecordedEvent } from '../recorded-event.js';
import { registerSubscription } from '../subscription/lease.js';
import { Subscription } from '../subscription/subscription.js';
import type { OutsideSubscription, SqlSubscription } from '../subscription/subscription-options.js';
import { readSubscriptions } from '../subscription/subscription-status.js';
import { upcasters } from '../upcasters.js';
import { askDeadLetter, countDeadLetters, listDeadLetters, type DeadLetter } from './dead-letter.js';

// Failures are the subject here, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const name = 'spec';
const base = { name, partition: 0, types: ['SessionCreated', 'SessionClosed'], batchSize: 100 };

describe.each(['sql', 'outside'] as const)(
  'an event that cannot be handled, with effects in %s',
  (effects) => {
    it('parks its session only: the others go on, and what comes later there waits in order', async () => {
      const world = await openWorld(effects);
      const [bad, ...good] = await world.addSessions(4);
      world.poison.add(bad);

      world.start();
      await world.parked();
      await world.close(bad);
      await world.close(good[0] ?? '');
      await world.caughtUp();

      const handled = await world.handled();
      expect(handled.map(([sid]) => sid).sort()).toEqual([...good, good[0]].sort());
      expect(await listDeadLetters(world.db)).toMatchObject([
        {
          subscription: name,
          streamId: bad,
          version: 1,
          type: 'SessionCreated',
          error: 'TypeError',
          failures: 1,
          waiting: 2,
        },
      ]);
      expect(await countDeadLetters(world.db)).toEqual([{ subscription: name, letters: 1 }]);
    });

    it('is handled after the fix, with all that waited behind it in its order, and nothing twice', async () => {
      const world = await openWorld(effects);
      const [bad] = await world.addSessions(2);
      world.poison.add(bad);
      world.start();
      const letter = await world.parked();
      await world.close(bad);
      await world.caughtUp();

      expect(await askDeadLetter(world.db, letter.id, { what: 'retry' }, 'ann')).toBe(true);
      const again = await waitFor(async () => {
        const [found] = await listDeadLetters(world.db, { id: letter.id });
        return found?.failures === 2 && found;
      });
      expect(again).toMatchObject({ version: 1, wanted: null });
      world.poison.clear();
      await askDeadLetter(world.db, letter.id, { what: 'retry' }, 'ann');
      await world.empty();
      await world.service.addSessions(1, {});
      await world.caughtUp();

      const handled = await world.handled();
      expect(handled.filter(([sid]) => sid === bad)).toEqual([
        [bad, 'SessionCreated'],
        [bad, 'SessionClosed'],
      ]);
      expect(handled).toHaveLength(5);
    });

    it('is passed by when somebody says so with a reason, which is kept', async () => {
      const world = await openWorld(effects);
      const [bad] = await world.addSessions(2);
      world.poison.add(bad);
      world.start();
      const letter = await world.parked();
      await world.close(bad);
      await world.caughtUp();
      world.poison.clear();

      await askDeadLetter(world.db, letter.id, { what: 'skip', reason: 'ticket 12' }, 'ann');
      expect(await askDeadLetter(world.db, letter.id, { what: 'retry' }, 'bob')).toBe(false);
      await world.empty();

      expect((await world.handled()).filter(([sid]) => sid === bad)).toEqual([[bad, 'SessionClosed']]);
      const { rows } = await world.db.query(
        `select reader, stream_id, version, type, error, reason, skipped_by from maskline.skipped_event`,
      );
      expect(rows).toEqual([
        {
          reader: name,
          stream_id: bad,
          version: 1,
          type: 'SessionCreated',
          error: 'TypeError',
          reason: 'ticket 12',
          skipped_by: 'ann',
        },
      ]);
    });

    it('parks nobody while nothing succeeds: that is an outage', async () => {
      const world = await openWorld(effects);
      const sids = await world.service.addSessions(4, {});
      sids.forEach((sid) => world.poison.add(sid));
      world.start();
      await waitFor(async () => (await world.status()).failures > 4);
      const letters = await listDeadLetters(world.db);

      world.poison.clear();
      await world.caughtUp();

      expect(letters).toEqual([]);
      expect((await world.handled()).map(([sid]) => sid).sort()).toEqual(sids.sort());
    });

    it('stays parked for the next reader, which does what was asked meanwhile', async () => {
      const world = await openWorld(effects);
      const [bad] = await world.addSessions(2);
      world.poison.add(bad);
      const first = world.start();
      const letter = await world.parked();
      await first.stop();
      await world.close(bad);
      await askDeadLetter(world.db, letter.id, { what: 'retry' }, 'ann');
      world.poison.clear();

      world.start();
      await world.empty();
      await world.caughtUp();

      expect((await world.handled()).filter(([sid]) => sid === bad)).toEqual([
        [bad, 'SessionCreated'],
        [bad, 'SessionClosed'],
      ]);
    });
  },
);

async function openWorld(effects: 'sql' | 'outside') {
  const { database } = await testDatabase();
  const store = await testWorld(database);
  const service = await testService(store);
  await registerSubscription(database.admin, name, 0);
  await database.admin.query('create table effect (n int generated always as identity, sid text, type text)');
  const db = database.reads;
  const poison = new Set<string>();
  const check = (events: readonly RecordedEvent[]) => {
    if (events.some(({ streamId }) => poison.has(streamId))) throw new TypeError('Alice');
  };
  const outside: [string, string][] = [];
  const write = async (events: readonly RecordedEvent[], tx: pg.PoolClient) => {
    for (const { streamId, event } of events) {
      await tx.query('insert into effect (sid, type) values ($1, $2)', [streamId, event.type]);
    }
    check(events);
  };
  const options: SqlSubscription | OutsideSubscription =
    effects === 'sql'
      ? { ...base, effects, handle: write }
      : {
          ...base,
          effects,
          handle: (events) => {
            check(events);
            outside.push(...events.map(({ streamId, event }): [string, string] => [streamId, event.type]));
            return Promise.resolve();
          },
        };
  const status = async () => {
    const [found] = await readSubscriptions(db);
    if (found === undefined) throw new Error('the subscription is not registered');
    return found;
  };
  return {
    db,
    service,
    poison,
    status,
    /** One, and so many behind it. */
    addSessions: async (behind: number): Promise<[string, ...string[]]> => {
      const [first = ''] = await service.addSessions(1, {});
      return [first, ...(await service.addSessions(behind, {}))];
    },
    start: () => {
      const subscription = new Subscription(database.subscriptions, store.wake, options, upcasters);
      cleanUp(() => subscription.stop());
      subscription.start();
      return subscription;
    },
    close: async (sid: string) => {
      await store.events.change(sessionStream, sid, service.context, (session, { now }) =>
        updateSession(session, { status: 'closed' }, now),
      );
    },
    /** Once the reader has tried again by itself. */
    parked: () =>
      waitFor(async (): Promise<DeadLetter | false> => {
        const [letter] = await listDeadLetters(db);
        return letter?.failures === 1 && letter.wanted === null && letter;
      }),
    empty: () => waitFor(async () => (await listDeadLetters(db)).length === 0),
    caughtUp: () => waitFor(async () => (await status()).lag === 0),
    handled: async () => {
      if (effects === 'outside') return outside;
      const { rows } = await db.query<{ sid: string; type: string }>(
        'select sid, type from effect order by n',
      );
      return rows.map(({ sid, type }): [string, string] => [sid, type]);
    },
  };
}
