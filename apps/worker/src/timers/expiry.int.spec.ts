import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { sessionStream, updateSession } from '#domain';
import { freePort, spawnSupervised } from '#platform';
import { readSubscriptions, upcasters } from '#event-store';
import { expiryQueue } from '#queues';
import { rebuild, sessionTable } from '#read-model';
import { cleanUp, moveClock, queueBackends, testService, waitFor } from '#testing';
import { armingName } from './expiry-arming.js';
import { openWorld, type World } from '../spec/open-world.js';
import { ended, expireTogether, hasExpired } from './spec/expiring.js';

describe.each(queueBackends())('timers, with queues on %s', (backend) => {
  it('end a session soon after its deadline', async () => {
    const world = await openWorld(backend);
    const worker = await world.startWorker();
    const service = await testService(world.store);

    const sids = await service.addSessions(20, { ttl: 1 });

    await ended(world, sids);
    await hasExpired(worker, 'bucket', 20);
  });

  // The long spec has ten thousand.
  it('end two thousand sessions that fall due together, each once', async () => {
    await expireTogether(backend, 2_000, 8);
  });

  it('find what lay beyond the horizon when it was made', async () => {
    const world = await openWorld(backend);
    const worker = await world.startWorker({ EXPIRY_HORIZON: 2 });
    const service = await testService(world.store);

    const sids = await service.addSessions(5, { ttl: 5 });

    await ended(world, sids);
    await hasExpired(worker, 'bucket', 5);
  });

  it('find what was made while no worker ran', async () => {
    const world = await openWorld(backend);
    const service = await testService(world.store);
    const overdue = await service.addSessions(5, { ttl: 1 });
    const coming = await service.addSessions(5, { ttl: 4 });
    await waitFor(async () => (await dueIn(world)) >= 5);

    const worker = await world.startWorker();

    await ended(world, [...overdue, ...coming]);
    await hasExpired(worker, 'bucket', 10);
  });

  it('follow a deadline that moves, in either direction', async () => {
    const world = await openWorld(backend);
    const worker = await world.startWorker();
    const service = await testService(world.store);
    const [later = '', sooner = ''] = await service.addSessions(2, { ttl: 3 });
    const setTtl = (sid: string, ttl: number) =>
      world.store.events.change(sessionStream, sid, service.context, (session, { now }) =>
        updateSession(session, { ttl }, now),
      );

    await setTtl(later, 6);
    await setTtl(sooner, 1);

    await ended(world, [sooner]);
    await ended(world, [sooner, later]);
    await hasExpired(worker, 'bucket', 2);
  });

  it('are armed again when a rebuild has set them anew', async () => {
    const world = await openWorld(backend);
    const worker = await world.startWorker();
    const service = await testService(world.store);
    const [sid = ''] = await service.addSessions(1, { ttl: 3 });
    await world.store.events.change(sessionStream, sid, service.context, (session, { now }) =>
      updateSession(session, { ttl: 6 }, now),
    );
    const { masterKey } = world.store;
    // Armed for the first deadline, as its row says.
    await waitFor(() => isArmed(world));

    await rebuild(world.database, sessionTable, { decoding: { upcasters, masterKey }, settleFor: 0 });

    await ended(world, [sid]);
    await hasExpired(worker, 'bucket', 1);
  });

  it('leave the sessions of a deleted service alone, and do not stumble over them', async () => {
    const world = await openWorld(backend);
    const service = await testService(world.store);
    const other = await testService(world.store, service.accountSid);
    await service.addSessions(20, { ttl: 1 });
    const sids = await other.addSessions(20, { ttl: 1 });
    await service.delete();
    await waitFor(async () => (await dueIn(world)) === 40);

    const worker = await world.startWorker({ SWEEPER: true });

    await ended(world, sids);
    await waitFor(async () => (await dueIn(world)) === 0);
    await worker.stop();
    expect((await world.endsOf()).map(({ sid }) => sid).sort()).toEqual(sids.sort());
  });

  it('end each session once, however many workers there are', async () => {
    const world = await openWorld(backend);
    const workers = [await world.startWorker({ SWEEPER: true }), await world.startWorker({ SWEEPER: true })];
    const service = await testService(world.store);

    const sids = await service.addSessions(1_000, { ttl: 2 });

    await ended(world, sids);
    let counted = 0;
    for (const worker of workers) {
      counted += (await worker.expired('bucket')) + (await worker.expired('sweeper'));
    }
    expect(counted).toBe(1_000);
  });

  it('come too early when the clock of the database is behind, and wait', async () => {
    const world = await openWorld(backend);
    const worker = await world.startWorker();
    const service = await testService(world.store);
    const sids = await service.addSessions(3, { ttl: 2 });
    await moveClock(world.database, '-2 seconds');

    await ended(world, sids);

    expect(Math.min(...(await world.endsOf()).map(({ late }) => late))).toBeGreaterThanOrEqual(0);
    await hasExpired(worker, 'bucket', 3);
  });
});

describe.each(['absent postgres', 'absent redis'] as const)('with %s, the sweeper', (backend) => {
  it('ends every session within seconds', async () => {
    const world = await openWorld(backend);
    const worker = await world.startWorker({ SWEEPER: true });
    const service = await testService(world.store);

    const sids = await service.addSessions(500, { ttl: 1 });

    await ended(world, sids);
    await hasExpired(worker, 'sweeper', 500);
  });

  it('ends what a moved clock makes overdue', async () => {
    const world = await openWorld(backend);
    const worker = await world.startWorker({ SWEEPER: true });
    const service = await testService(world.store);
    const sids = await service.addSessions(10, { ttl: 3_600 });

    await moveClock(world.database, '2 hours');

    await ended(world, sids);
    await hasExpired(worker, 'sweeper', 10);
  });
});

const redisOnly = queueBackends().includes('redis') ? describe : describe.skip;

redisOnly('a Redis that loses everything', () => {
  it('costs no session its end, and the next ones are punctual again', async () => {
    const world = await openWorld('redis');
    const worker = await world.startWorker({ SWEEPER: true });
    const service = await testService(world.store);
    const flushed = await service.addSessions(50, { ttl: 2 });
    await waitFor(async () => (await timersIn(world)) > 0);

    await flush(world);
    await ended(world, flushed);
    const rescued = await worker.expired('sweeper');
    const next = await service.addSessions(50, { ttl: 2 });

    await ended(world, [...flushed, ...next]);
    expect(rescued).toBe(50);
    await hasExpired(worker, 'bucket', 50);
  });

  it('arms again what was armed before it', async () => {
    const world = await openWorld('redis');
    const worker = await world.startWorker({ SWEEPER: true });
    const service = await testService(world.store);
    const soon = await service.addSessions(1, { ttl: 2 });
    const later = await service.addSessions(20, { ttl: 7 });
    await waitFor(async () => (await timersIn(world)) > 1);

    await flush(world);

    await ended(world, [...soon, ...later]);
    await hasExpired(worker, 'sweeper', 1);
    await hasExpired(worker, 'bucket', 20);
  });

  it('may come up after the worker', async () => {
    const port = await freePort();
    const world = await openWorld({ redis: `redis://127.0.0.1:${port}` });
    const worker = await world.startWorker({ SWEEPER: true, EXPIRY_HORIZON: 3_600 });
    const service = await testService(world.store);
    const before = await service.addSessions(10, { ttl: 1 });
    await ended(world, before);
    await service.addSessions(1, { ttl: 3_000 });

    startRedisAt(port);
    await waitFor(async () => (await timersIn(world)) > 0 && (await isArmed(world)), {
      every: 200,
    });
    const after = await service.addSessions(10, { ttl: 4 });

    await ended(world, [...before, ...after]);
    await hasExpired(worker, 'sweeper', 10);
    await hasExpired(worker, 'bucket', 10);
  });
});

async function timersIn(world: World): Promise<number> {
  const queue = expiryQueue(world.queues);
  queue.start();
  try {
    return await waitFor(() => queue.unfinished());
  } finally {
    await queue.stop();
  }
}

/** Everything that is due before the horizon, as far as the worker knows. */
async function isArmed({ database }: World): Promise<boolean> {
  const all = await readSubscriptions(database.reads);
  const { rows } = await database.reads.query('select from maskline.expiry_horizon where is_doubtful');
  return rows.length === 0 && all.some(({ name, lag }) => name === armingName && lag === 0);
}

async function flush({ env }: World): Promise<void> {
  const redis = new Redis(env.REDIS_URL ?? '');
  await redis.flushdb();
  redis.disconnect();
}

function startRedisAt(port: number): void {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawnSupervised('redis-server', args, {
    stopSignal: 'TERM',
    env: { PATH: '/usr/bin:/usr/local/bin' },
  });
  const ended = once(server, 'close');
  server.stdout.resume();
  server.stderr.resume();
  cleanUp(async () => {
    server.stdin.end();
    await ended;
  });
}

/** Sessions whose timer has come. */
async function dueIn({ database }: World): Promise<number> {
  const { rows } = await database.reads.query<{ due: number }>(
    'select count(*)::int as due from maskline.session where timer_at <= maskline.clock()',
  );
  return rows[0]?.due ?? 0;
}
