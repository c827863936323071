import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { cleanUp, queueBackends, redisUrl, testDatabase, waitFor } from '#testing';
import { JobQueue } from './job-queue.js';
import { JobWorker } from './job-worker.js';
import { openQueues } from './open-queues.js';

describe.each(queueBackends())('a queue that is dropped, on %s', (kind) => {
  it('leaves no job behind, and works again with the next one', async () => {
    const { url } = await testDatabase();
    const REDIS_URL = kind === 'redis' ? await redisUrl() : undefined;
    const backend = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
    cleanUp(() => backend.close());
    await backend.migrate();
    const queue = new JobQueue<{ n: number }>(backend, 'dropped', { attempts: 1 });
    cleanUp(() => queue.stop());
    queue.start();
    await queue.connected();

    await queue.add([
      { id: 'job-1', data: { n: 1 } },
      { id: 'job-2', data: { n: 2 }, delay: 60_000 },
    ]);
    expect(await queue.unfinished()).toBe(2);
    await queue.drop();
    expect(await queue.unfinished()).toBe(0);

    const handled: number[] = [];
    const worker = new JobWorker(backend, {
      queue: 'dropped',
      schema: z.object({ n: z.int() }),
      concurrency: 1,
      handle: ({ n }) => {
        handled.push(n);
        return Promise.resolve();
      },
    });
    cleanUp(() => worker.stop());
    worker.start();
    await queue.add([{ id: 'job-1', data: { n: 3 } }]);
    await waitFor(() => Promise.resolve(handled.length > 0));
    expect(handled).toEqual([3]);
  });
});
