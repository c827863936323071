import { describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { addConsumer } from '#event-store';
import { openQueues } from '#queues';
import { cleanUp, startService, testDatabase, testService, testWorld, waitFor } from '#testing';
import { FaultProxy } from './fault-proxy.js';

/** Milliseconds that whoever runs us waits before it kills (docs/operating.md). */
const GRACE = 30_000;

// Not gone, only silent, as behind a hung disk or a network that swallows everything.
describe.each(['worker', 'api'] as const)('the %s, whose PostgreSQL does not answer any more', (app) => {
  it('ends when it is told to', async () => {
    const { url, database } = await testDatabase();
    const store = await testWorld(database);
    const queues = openQueues({ DATABASE_URL: url, REDIS_URL: undefined }, 'test');
    cleanUp(() => queues.close());
    await queues.migrate();
    await addConsumer(database.admin, 'somebody', null, 'now');
    const proxy = await FaultProxy.open(url);
    const service = await startService(app, {
      env: {
        DATABASE_URL: proxy.url,
        MASKLINE_MASTER_KEY: store.masterKey.export().toString('hex'),
      },
    });
    await (await testService(store)).addSessions(10, { ttl: 2 });
    // All that it does it does over and over, so it is under way when the silence begins.
    await waitFor(async () => (await fetch(`${service.url}/readyz`)).ok);

    proxy.hold();
    await pause(2_000);
    const ended = service.stop().then(() => 'it ended');
    const told = await Promise.race([ended, pause(GRACE, 'it goes on', { ref: false })]);
    await service.kill();
    expect(told).toBe('it ended');
  });
});
