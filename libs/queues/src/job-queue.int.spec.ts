import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { freePort } from '#platform';
import { cleanUp, queueBackends, redisUrl, testDatabase, waitFor } from '#testing';
import { JobQueue, QueueAbsent } from './job-queue.js';
import { JobWorker } from './job-worker.js';
import { openQueues } from './open-queues.js';
import type { QueueBackend } from './queue-backend.js';

const name = 'of-a-spec';

describe.each(queueBackends())('a queue on %s', (kind) => {
  it('takes jobs as soon as it is started, though its connection takes longer', async () => {
    const { queue } = await startQueue(kind);

    await queue.add([{ id: 'job-1', data: { n: 1 } }]);

    expect(await queue.unfinished()).toBe(1);
  });

  it('leaves no job behind when it is dropped, and works again with the next one', async () => {
    const { backend, queue } = await startQueue(kind);

    await queue.add([
      { id: 'job-1', data: { n: 1 } },
      { id: 'job-2', data: { n: 2 }, delay: 60_000 },
    ]);
    expect(await queue.unfinished()).toBe(2);
    await queue.drop();
    expect(await queue.unfinished()).toBe(0);

    const handled: number[] = [];
    const worker = new JobWorker(backend, {
      queue: name,
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

describe('a queue whose backend is away', () => {
  it('says so once it has tried, and takes nothing', async () => {
    const backend = openQueues(
      { DATABASE_URL: '', REDIS_URL: `redis://127.0.0.1:${await freePort()}` },
      'test',
    );
    cleanUp(() => backend.close());
    const queue = startOn(backend);

    await expect(queue.add([{ id: 'job-1', data: { n: 1 } }])).rejects.toThrow(QueueAbsent);
  });
});

async function startQueue(kind: 'postgres' | 'redis') {
  const { url } = await testDatabase();
  const REDIS_URL = kind === 'redis' ? await redisUrl() : undefined;
  const backend = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
  cleanUp(() => backend.close());
  await backend.migrate();
  return { backend, queue: startOn(backend) };
}

function startOn(backend: QueueBackend): JobQueue<{ n: number }> {
  const queue = new JobQueue<{ n: number }>(backend, name, { attempts: 1 });
  cleanUp(() => queue.stop());
  queue.start();
  return queue;
}
