import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { z } from 'zod';
import { useProcessLog } from '#platform';
import { cleanUp, queueBackends, redisUrl, testDatabase, waitFor } from '#testing';
import { JobQueue } from './job-queue.js';
import { JobWorker } from './job-worker.js';
import { openQueues } from './open-queues.js';

let log = '';

beforeAll(() => {
  useProcessLog({ LOG_LEVEL: 'info' }, { write: (line) => (log += line) });
});

afterAll(() => {
  Logger.overrideLogger(new ConsoleLogger());
});

describe.each(queueBackends())('a job that failed, with queues on %s', (kind) => {
  it('keeps of the error its name and code, and nothing that it quotes; nor does the log', async () => {
    const { url, database } = await testDatabase();
    const REDIS_URL = kind === 'redis' ? await redisUrl() : undefined;
    const backend = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
    cleanUp(() => backend.close());
    await backend.migrate();
    const handle = async () => {
      await database.reads.query(`select 'Alice'::uuid`);
    };
    const worker = new JobWorker(backend, {
      queue: 'failing',
      schema: z.object({ n: z.int() }),
      concurrency: 1,
      handle,
    });
    cleanUp(() => worker.stop());
    worker.start();
    const queue = new JobQueue<{ n: number }>(backend, 'failing', { attempts: 1 });
    cleanUp(() => queue.stop());
    queue.start();
    await queue.connected();

    await queue.add([{ id: 'job-1', data: { n: 1 } }]);

    const job = await waitFor(async () => {
      const found = backend.openQueue('failing', { failed: () => undefined });
      // What the product uses of a queue is less than BullMQ's own.
      const [failed] = await (found as unknown as Queue).getFailed();
      await found.close();
      return failed;
    });
    expect(job.failedReason).toBe('error 22P02');
    expect(JSON.stringify(job.asJSON())).not.toContain('Alice');
    expect(log).toContain('job job-1 failed');
    expect(log).toContain('22P02');
    expect(log).not.toContain('Alice');
  });
});
