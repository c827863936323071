import { describe, expect, it } from '@jest/globals';
import { addConsumer } from '#event-store';
import {
  hasRedisServer,
  redisCluster,
  startService,
  testDatabase,
  testService,
  testWorld,
  waitFor,
} from '#testing';
import { entriesIn, journalName, startJournal } from './session-journal.js';

(hasRedisServer ? describe : describe.skip)('queues on a Redis Cluster of three nodes', () => {
  it('expire sessions and feed consumers, also after each of the nodes was killed and came back', async () => {
    const cluster = await redisCluster();
    const { url, database } = await testDatabase();
    const store = await testWorld(database);
    const env = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: url,
      REDIS_URL: cluster.url,
      MASKLINE_MASTER_KEY: store.masterKey.export().toString('hex'),
      // Whatever ends here was ended by a job of the cluster.
      SWEEPER: 'false',
    };
    await startService('worker', { env });
    await addConsumer(database.admin, journalName, ['SessionCreated', 'SessionExpired'], 'beginning');
    startJournal(env);
    const service = await testService(store);
    const liveAndEnd = async (sessions: number) => {
      const before = await entriesIn(database);
      await service.addSessions(sessions, { ttl: 1 });
      await waitFor(async () => (await entriesIn(database)) === before + 2 * sessions);
    };

    await liveAndEnd(100);
    const held = await Promise.all(cluster.nodes.map((node) => node.keys()));
    // The queues are spread.
    expect(held.filter((keys) => keys > 0).length).toBeGreaterThan(1);
    for (const node of cluster.nodes) {
      await node.kill();
      await node.start();
      await liveAndEnd(20);
    }
    expect(await entriesIn(database)).toBe(2 * (100 + 3 * 20));
  });
});
