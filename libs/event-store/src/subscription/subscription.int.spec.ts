import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { openDatabase } from '#platform';
import { cleanUp, moveClock, testDatabase, testService, testWorld, waitFor } from '#testing';
import { ensurePartitions } from '../partitions.js';
import type { RecordedEvent } from '../recorded-event.js';
import { lengthenLog } from '../spec/long-log.js';
import { upcasters } from '../upcasters.js';
import { acquireLease, registerSubscription } from './lease.js';
import { Subscription } from './subscription.js';
import type { OutsideSubscription, SqlSubscription } from './subscription-options.js';
import { readSubscriptions } from './subscription-status.js';

// Failures and lost leases are the subject here, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const name = 'spec';
const types = ['SessionCreated'];
const base = { name, partition: 0, types, batchSize: 100 };

async function openLog() {
  const { database } = await testDatabase();
  const store = await testWorld(database);
  const service = await testService(store);
  // From behind the service's own event, which is of another type: nobody knows when a reader has passed that.
  await registerSubscription(database.admin, name, 1);
  await database.admin.query('create table effect (sid text)');
  const follow = (options: SqlSubscription | OutsideSubscription, pool = database.subscriptions) => {
    const subscription = new Subscription(pool, store.wake, options, upcasters);
    cleanUp(() => subscription.stop());
    subscription.start();
    return subscription;
  };
  return {
    database,
    wake: store.wake,
    follow,
    addSessions: (count: number) => service.addSessions(count, {}),
    /** Effects outside of the database, here a list. */
    followOutside: (handle: OutsideSubscription['handle']) => follow({ ...base, effects: 'outside', handle }),
    followInSql: (handle: SqlSubscription['handle']) => follow({ ...base, effects: 'sql', handle }),
    status: async () => {
      const [status] = await readSubscriptions(database.reads);
      if (status === undefined) throw new Error('the subscription is not registered');
      return status;
    },
    effects: async () => {
      const { rows } = await database.reads.query<{ sid: string }>('select sid from effect order by sid');
      return rows.map(({ sid }) => sid);
    },
    /** As another process takes the lease, for an hour. */
    steal: () =>
      database.admin
        .query(`update maskline.subscription set lease_owner = 'thief', lease_epoch = lease_epoch + 1,
        lease_until = maskline.clock() + interval '25 seconds'`),
    giveBack: () => database.admin.query(`update maskline.subscription set lease_until = '-infinity'`),
  };
}

type Log = Awaited<ReturnType<typeof openLog>>;

const sidsOf = (events: readonly RecordedEvent[]) => events.map(({ streamId }) => streamId);

async function write(events: readonly RecordedEvent[], tx: pg.PoolClient): Promise<void> {
  await tx.query('insert into effect select unnest($1::text[])', [sidsOf(events)]);
}

const caughtUp = ({ status }: Log) => waitFor(async () => (await status()).lag === 0);

/** A promise to be kept by the spec. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}

describe('a subscription', () => {
  it('hands over each event of its types once, in the order of the log, the old and the new', async () => {
    const log = await openLog();
    const before = await log.addSessions(3);
    const seen: RecordedEvent[] = [];
    log.followOutside((events) => {
      seen.push(...events);
      return Promise.resolve();
    });

    await caughtUp(log);
    const after = await log.addSessions(200);
    await waitFor(() => seen.length >= 203);

    expect(sidsOf(seen).sort()).toEqual([...before, ...after].sort());
    const positions = seen.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    await caughtUp(log);
    expect(await log.status()).toMatchObject({ position: 204, failures: 0 });
  });

  it('passes over a long log in which nothing is of its types, and writes down how far it is', async () => {
    const log = await openLog();
    await lengthenLog(log.database, 120_000);
    const [sid] = await log.addSessions(1);
    const seen: string[] = [];
    log.followOutside((events) => {
      seen.push(...sidsOf(events));
      return Promise.resolve();
    });

    await waitFor(() => seen.length > 0);
    await lengthenLog(log.database, 60_000);
    await caughtUp(log);

    expect(seen).toEqual([sid]);
  });

  it('tries again what failed, and says meanwhile how often and with what, but not in which words', async () => {
    const log = await openLog();
    let isBroken = true;
    const seen: string[] = [];
    log.followOutside((events) => {
      if (isBroken) return Promise.reject(new TypeError('Alice'));
      seen.push(...sidsOf(events));
      return Promise.resolve();
    });
    const sids = await log.addSessions(2);

    const failed = await waitFor(async () => {
      const found = await log.status();
      return found.failures > 1 && found;
    });
    isBroken = false;
    await caughtUp(log);

    expect(failed).toMatchObject({ position: 1, lastError: 'TypeError' });
    expect(seen.sort()).toEqual(sids.sort());
    expect(await log.status()).toMatchObject({ failures: 0, lastError: null });
  });
});

describe('the one reader of a subscription', () => {
  const ignore = () => Promise.resolve();

  it('is followed at once by another when it stops', async () => {
    const log = await openLog();
    const first = log.followOutside(ignore);
    await waitFor(() => first.isLeader);
    const seen: string[] = [];
    const second = log.followOutside((events) => {
      seen.push(...sidsOf(events));
      return Promise.resolve();
    });
    await log.addSessions(2);
    await caughtUp(log);

    await first.stop();
    const sids = await log.addSessions(2);
    await waitFor(() => seen.length >= 2);

    expect([first.isLeader, second.isLeader]).toEqual([false, true]);
    expect(seen.sort()).toEqual(sids.sort());
  });

  it('is followed by another when it is gone and its lease has ended, not before', async () => {
    const log = await openLog();
    await log.steal();
    const second = log.followOutside(ignore);
    await log.addSessions(1);
    // It looks every second.
    const hasLooked = async () => {
      const { rows } = await log.database.admin.query(
        `select from pg_stat_activity where datname = current_database() and query like '%set lease_owner%' and state = 'idle'`,
      );
      return rows.length > 0;
    };
    await waitFor(hasLooked);
    const wasLeader = second.isLeader;

    await moveClock(log.database, '61 minutes');

    await waitFor(() => second.isLeader);
    await caughtUp(log);
    expect(wasLeader).toBe(false);
  });

  it('moves nothing any more when it was paused past its lease', async () => {
    const log = await openLog();
    const pause = gate();
    const handled = { first: 0, second: 0 };
    const first = log.followOutside(async (events) => {
      await pause.opened;
      handled.first += events.length;
    });
    await log.addSessions(2);
    await waitFor(() => first.isLeader);
    const second = log.followOutside((events) => {
      handled.second += events.length;
      return Promise.resolve();
    });
    // Again, should the first renew its lease just before the second looks: only its work is paused here.
    let seconds = 0;
    const takesOver = async () => {
      await moveClock(log.database, `${(seconds += 20)} seconds`);
      return second.isLeader;
    };
    await waitFor(takesOver, { every: 1_500 });
    await caughtUp(log);
    await log.addSessions(3);
    await waitFor(() => handled.second === 5);
    await caughtUp(log);
    const { position } = await log.status();

    pause.open();
    await waitFor(() => handled.first > 0);
    await waitFor(() => !first.isLeader);

    expect(second.isLeader).toBe(true);
    expect(await log.status()).toMatchObject({ position, failures: 0 });
  });

  it('lets go of its work when another has its lease', async () => {
    const log = await openLog();
    const reasons: unknown[] = [];
    const reader = log.followOutside(untilAborted(reasons));
    await log.addSessions(1);
    await waitFor(() => reader.isLeader);

    await log.steal();

    await waitFor(() => !reader.isLeader);
    expect(reasons).toMatchObject([{ name: 'LeaseLost' }]);
    expect(await log.status()).toMatchObject({ position: 1, failures: 0 });
  });

  it('lets go of its work when it cannot renew its lease for as long as that holds, and that is no failure', async () => {
    const log = await openLog();
    const reasons: unknown[] = [];
    const reader = log.followOutside(untilAborted(reasons));
    await log.addSessions(1);
    await waitFor(() => reader.isLeader);
    // Whoever renews waits for this, and is refused after ten seconds.
    const blocker = await log.database.admin.connect();
    await blocker.query('begin');
    await blocker.query('select from maskline.subscription for update');

    await waitFor(() => reasons.length > 0).finally(() => {
      blocker.release(true);
    });

    expect(reasons).toMatchObject([{ name: 'LeaseLost' }]);
    expect(await log.status()).toMatchObject({ position: 1, failures: 0 });
  });

  function untilAborted(reasons: unknown[]): OutsideSubscription['handle'] {
    return (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          // Whatever the work says about it.
          reject(new Error('aborted'));
        });
      });
  }
});

describe('effects in SQL', () => {
  it('take place once with each event, though the work fails after them', async () => {
    const log = await openLog();
    let failures = 0;
    log.followInSql(async (events, tx) => {
      await write(events, tx);
      if (failures++ < 2) throw new Error('after the effect');
    });
    const sids = await log.addSessions(3);

    await caughtUp(log);

    expect(failures).toBeGreaterThan(2);
    expect(await log.effects()).toEqual(sids.sort());
  });

  it('do not take place under a lease that another has taken', async () => {
    const log = await openLog();
    const reader = log.followInSql(write);
    await waitFor(() => reader.isLeader);

    await log.steal();
    const sids = await log.addSessions(3);
    await waitFor(() => !reader.isLeader);
    const whileStolen = await log.effects();
    await log.giveBack();
    await caughtUp(log);

    expect(whileStolen).toEqual([]);
    expect(await log.effects()).toEqual(sids.sort());
  });

  it('do not take place from a checkpoint that has moved', async () => {
    const log = await openLog();
    const reader = log.followInSql(write);
    await waitFor(() => reader.isLeader);
    await log.database.admin.query('update maskline.subscription set position = 1 where position = 0');
    const moved = await log.status();

    const sids = await log.addSessions(3);
    await caughtUp(log);

    expect(moved.position).toBe(1);
    expect(await log.effects()).toEqual(sids.sort());
  });

  it('keep a takeover waiting until they are in', async () => {
    const log = await openLog();
    const entered = gate();
    const go = gate();
    const first = log.followInSql(async (events, tx) => {
      await write(events, tx);
      entered.open();
      await go.opened;
    });
    const sids = await log.addSessions(2);
    await entered.opened;
    await moveClock(log.database, '20 seconds');
    const second = log.followInSql(write);
    await waitFor(async () => (await waitingForLocks(log)) > 0);

    go.open();
    await caughtUp(log);
    await first.stop();
    await waitFor(() => second.isLeader);
    const more = await log.addSessions(2);
    await caughtUp(log);

    expect(await log.effects()).toEqual([...sids, ...more].sort());
  });

  async function waitingForLocks({ database }: Log): Promise<number> {
    const { rows } = await database.admin.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length;
  }
});

describe('a lease from a clock that has been set back since', () => {
  it('holds nobody off, and is not shown as held', async () => {
    const { database } = await testDatabase();
    await ensurePartitions(database.admin, 1);
    await registerSubscription(database.admin, 'reader', 0);
    await database.admin.query(
      `update maskline.subscription set lease_owner = 'gone', lease_until = maskline.clock() + interval '10 minutes'`,
    );
    expect(await readSubscriptions(database.reads)).toMatchObject([{ isHeld: false }]);
    expect(await acquireLease(database.reads, 'reader', 0, 'next')).toMatchObject({ position: 0 });
    expect(await readSubscriptions(database.reads)).toMatchObject([{ isHeld: true }]);
  });
});

describe('stopping a subscription', () => {
  const ignore = () => Promise.resolve();

  it('ends one that was never started', async () => {
    const { database, wake } = await openLog();
    const options = { ...base, effects: 'outside', handle: ignore } as const;
    const subscription = new Subscription(database.subscriptions, wake, options, upcasters);

    await expect(subscription.stop()).resolves.toBeUndefined();
  });

  it('ends one that waits for the lease, and leaves the lease alone', async () => {
    const log = await openLog();
    await log.steal();
    const subscription = log.followOutside(ignore);

    await subscription.stop();

    expect(await log.status()).toMatchObject({ isHeld: true });
  });

  it('ends one that waits for events, and gives the lease away', async () => {
    const log = await openLog();
    const subscription = log.followOutside(ignore);
    await caughtUp(log);

    await subscription.stop();

    expect(await log.status()).toMatchObject({ isHeld: false, lag: 0 });
  });

  it('has work outside break off, which then comes again', async () => {
    const log = await openLog();
    const entered = gate();
    const subscription = log.followOutside(async (_, signal) => {
      entered.open();
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    });
    await log.addSessions(1);
    await entered.opened;

    await subscription.stop();

    expect(await log.status()).toMatchObject({ isHeld: false, position: 1, failures: 0 });
  });

  it('lets work in SQL end, and it counts', async () => {
    const log = await openLog();
    const entered = gate();
    const go = gate();
    const subscription = log.followInSql(async (events, tx) => {
      entered.open();
      await go.opened;
      await write(events, tx);
    });
    const sids = await log.addSessions(1);
    await entered.opened;

    const stopped = subscription.stop();
    go.open();
    await stopped;

    expect(await log.effects()).toEqual(sids);
    expect(await log.status()).toMatchObject({ isHeld: false, position: 2 });
  });

  it('ends one that waits after a failure', async () => {
    const log = await openLog();
    const subscription = log.followOutside(() => Promise.reject(new Error('always')));
    await log.addSessions(1);
    await waitFor(async () => (await log.status()).failures > 2);

    await expect(subscription.stop()).resolves.toBeUndefined();
  });

  it('ends one whose database is away', async () => {
    const log = await openLog();
    const away = openDatabase({ DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' }, 'spec');
    cleanUp(() => away.close());
    const subscription = log.follow({ ...base, effects: 'outside', handle: ignore }, away.subscriptions);

    await expect(subscription.stop()).resolves.toBeUndefined();
  });
});
