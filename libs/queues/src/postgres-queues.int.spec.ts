import { expect, it } from '@jest/globals';
import type { Worker } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanUp, testDatabase } from '#testing';
import { openQueues } from './open-queues.js';

const quiet = { failed: () => undefined, jobFailed: () => undefined };

it('ends the workers that nobody has closed before what they stand on, and opens none any more', async () => {
  const { url } = await testDatabase();
  const queues = openQueues({ DATABASE_URL: url, REDIS_URL: undefined }, 'spec');
  await queues.migrate();
  // What it is besides what the product uses of it.
  const worker = queues.openWorker('left', () => Promise.resolve(), 1, quiet) as unknown as Worker;
  cleanUp(() => worker.close(true));
  await worker.waitUntilReady();
  expect(worker.isRunning()).toBe(true);

  // Before the pool ends, or the worker asks it without a pause, and not even this spec would end.
  const closed = queues.close();
  expect(worker.closing).toBeDefined();
  await closed;
  await worker.closing;
  await pause(10);
  expect(() => queues.openWorker('late', () => Promise.resolve(), 1, quiet)).toThrow('closed');
});
