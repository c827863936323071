import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { EventJob } from '#contracts';
import { cleanUp, queueBackends, redisUrl, testDatabase, waitFor } from '#testing';
import { openQueues } from '../open-queues.js';
import type { RetryAfter } from '../queue-backend.js';
import { eventQueue } from './event-queue.js';
import { webhookWorker } from './webhook-worker.js';

// Jobs fail here on purpose, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const name = 'billing';

const job: EventJob = {
  eventId: '01890000-0000-7000-8000-000000000001',
  type: 'SessionCreated',
  streamId: 'KC1',
  version: 1,
  partition: 0,
  position: 1,
  occurredAt: '2026-01-02T03:04:05.006Z',
  replayId: null,
};

describe.each(queueBackends())(
  'the job of an event that a webhook does not take, with queues on %s',
  (kind) => {
    it('is tried again for as long as the worker says, and then failed for good', async () => {
      const asked: number[] = [];
      const { queue } = await openWorld(
        kind,
        () => Promise.reject(new Error('not taken')),
        (failures) => {
          asked.push(failures);
          return failures < 13 ? 1 : null;
        },
      );
      await queue.add([{ id: 'job-1', data: job }]);

      await waitFor(async () => (await queue.backlog()).failed === 1);
      expect(new Set(asked)).toEqual(new Set(Array.from({ length: 13 }, (_, i) => i + 1)));
      expect(await queue.backlog()).toEqual({ waiting: 0, retrying: 0, failed: 1 });
    });

    it('is tried before its time when somebody says so', async () => {
      let isThere = false;
      let taken = 0;
      const { queue } = await openWorld(
        kind,
        () => {
          if (!isThere) return Promise.reject(new Error('not taken'));
          taken++;
          return Promise.resolve();
        },
        () => 24 * 3_600_000,
      );
      await queue.add([{ id: 'job-1', data: job }]);
      // What tells an operator for days that it is not taken.
      await waitFor(async () => (await queue.backlog()).retrying === 1);
      expect(await queue.backlog()).toEqual({ waiting: 1, retrying: 1, failed: 0 });

      await waitFor(async () => {
        isThere = (await queue.hurryDelayed()) === 1;
        return isThere;
      });
      await waitFor(async () => taken > 0 || (await queue.hurryDelayed(), false));
      await waitFor(async () => (await queue.backlog()).waiting === 0);
      expect(await queue.backlog()).toEqual({ waiting: 0, retrying: 0, failed: 0 });
      expect(await queue.hurryDelayed()).toBe(0);
    });
  },
);

async function openWorld(
  kind: 'postgres' | 'redis',
  handle: (job: EventJob) => Promise<void>,
  retryAfter: RetryAfter,
) {
  const { url } = await testDatabase();
  const REDIS_URL = kind === 'redis' ? await redisUrl() : undefined;
  const backend = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
  cleanUp(() => backend.close());
  await backend.migrate();
  const queue = eventQueue(backend, name, 'by webhook');
  cleanUp(() => queue.stop());
  queue.start();
  await queue.connected();
  const worker = webhookWorker(backend, name, handle, retryAfter);
  cleanUp(() => worker.stop());
  worker.start();
  return { queue };
}
