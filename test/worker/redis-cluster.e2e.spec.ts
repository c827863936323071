import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { addConsumer } from '#event-store';
import { packageRoot, spawnSupervised, type Database } from '#platform';
import {
  cleanUp,
  hasRedisServer,
  redisCluster,
  startService,
  testDatabase,
  testService,
  testWorld,
  waitFor,
} from '#testing';

const consumer = 'session-journal';
const program = join(packageRoot, 'dist', 'examples', consumer, 'main.js');

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
    await addConsumer(database.admin, consumer, ['SessionCreated', 'SessionExpired'], 'beginning');
    const journal = spawnSupervised(process.execPath, [program], { stopSignal: 'TERM', env });
    journal.stdout.resume();
    journal.stderr.resume();
    cleanUp(() => {
      journal.stdin.end();
      return Promise.resolve();
    });
    const service = await testService(store);
    const liveAndEnd = async (sessions: number) => {
      const before = await entriesIn(database);
      await service.addSessions(sessions, { ttl: 1 });
      await waitFor(async () => (await entriesIn(database)) === before + 2 * sessions, { within: 60_000 });
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
  }, 180_000);
});

/** None before the journal has made its tables. */
async function entriesIn(database: Database): Promise<number> {
  const { rows } = await database.reads
    .query<{ n: number }>('select count(*)::int as n from session_journal.entry')
    .catch(() => ({ rows: [] }));
  return rows[0]?.n ?? 0;
}
