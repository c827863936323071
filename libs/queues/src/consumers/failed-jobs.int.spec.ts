import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { eventJob, type EventJob } from '#contracts';
import type { Database } from '#platform';
import { cleanUp, queueBackends, redisUrl, testDatabase, testService, testWorld, waitFor } from '#testing';
import type { JobQueue } from '../job-queue.js';
import { JobWorker } from '../job-worker.js';
import { openQueues } from '../open-queues.js';
import type { QueueBackend } from '../queue-backend.js';
import { ConsumerBacklogs } from './consumer-backlogs.js';
import { addConsumer, listConsumers, removeConsumer, type Consumer } from '#event-store';
import { eventQueue, eventQueueName, newEventJob } from './event-queue.js';
import { EventQueues } from './event-queues.js';
import { replayToConsumer } from './replay.js';

// Failing jobs are the subject here, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const name = 'ledger';
const types = ['SessionCreated'];

describe.each(queueBackends())('events that a consumer failed at for good, with queues on %s', (kind) => {
  it('count as unfinished, so that its relay waits before they fill the queue', async () => {
    const { queue, failAll } = await openLedger(kind, 3);

    await failAll();

    expect(await queue.unfinished()).toBe(3);
  });

  it('are shown beside what waits', async () => {
    const { database, backend, failAll, send } = await openLedger(kind, 3);
    const queues = new EventQueues(backend);
    cleanUp(() => queues.stop());
    const backlogs = new ConsumerBacklogs(database.reads, queues);
    await addConsumer(database.reads, 'idle', null, 'now');

    await failAll();
    await send('again');

    const [idle, ledger] = await backlogs.read();
    expect(idle).toEqual({ consumer: 'idle', waiting: 0, retrying: 0, failed: 0, lag: 0, lagSeconds: 0 });
    // Nobody relays here, so the log counts as well.
    expect(ledger).toMatchObject({ consumer: name, waiting: 3, failed: 3, lag: 6 });
    expect(ledger?.lagSeconds).toBeGreaterThan(0);
  });

  it('are sent again to fill the holes, and nothing else is', async () => {
    const { failAll, handleAll, addSessions, send } = await openLedger(kind, 3);
    await failAll();
    await addSessions(2);

    expect(await send(null)).toEqual({ sent: 5, present: 0 });
    expect(await handleAll(5)).toBe(5);
    expect(await send(null)).toEqual({ sent: 0, present: 5 });
  });

  it('are tried again as if they were new, once for each time somebody says so', async () => {
    const { queue, failAll, handleAll } = await openLedger(kind, 3);
    await failAll();

    expect(await queue.retryFailed()).toBe(3);
    await failAll();
    expect(await queue.retryFailed()).toBe(3);

    expect(await handleAll(3)).toBe(3);
    expect(await queue.retryFailed()).toBe(0);
    expect(await queue.backlog()).toEqual({ waiting: 0, retrying: 0, failed: 0 });
  });

  it('are not withheld from the consumer once it is removed and added again', async () => {
    const { database, queue, consumer, failAll, handleAll, jobs } = await openLedger(kind, 3);
    await failAll();

    await removeConsumer(database.reads, name);
    await addConsumer(database.reads, name, types, 'beginning');
    const [anew = consumer] = await listConsumers(database.reads);
    // As a relay adds them.
    await queue.add(jobs.map((job) => newEventJob(anew, job, null)));

    expect(await handleAll(3)).toBe(3);
  });
});

/** A consumer that was sent so many events. */
async function openLedger(kind: 'postgres' | 'redis', events: number) {
  const { url, database } = await testDatabase();
  const service = await testService(await testWorld(database));
  const REDIS_URL = kind === 'redis' ? await redisUrl() : undefined;
  const backend = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
  cleanUp(() => backend.close());
  await backend.migrate();
  await addConsumer(database.reads, name, types, 'now');
  const [consumer = { name, id: 0 }] = await listConsumers(database.reads);
  const queue = eventQueue(backend, name);
  cleanUp(() => queue.stop());
  queue.start();
  await queue.connected();
  const send = (replayId: string | null) => replay(database, queue, consumer, replayId);
  await service.addSessions(events, {});
  await send(null);
  const jobs: EventJob[] = [];
  return {
    database,
    backend,
    queue,
    consumer,
    send,
    /** The jobs that failed. */
    jobs,
    addSessions: (count: number) => service.addSessions(count, {}),
    failAll: async () => {
      // What it cannot read fails at once, without ten attempts.
      const refused = eventJob.transform((job, context) => {
        jobs.push(job);
        context.addIssue('of another version');
        return z.NEVER;
      });
      const worker = startWorker(backend, refused, () => undefined);
      await waitFor(async () => (await queue.backlog()).waiting === 0);
      await worker.stop();
    },
    /** Handles whatever comes until there are so many; answers how many events there were. */
    handleAll: async (count: number) => {
      const handled = new Set<string>();
      const worker = startWorker(backend, eventJob, ({ eventId }) => handled.add(eventId));
      await waitFor(() => handled.size >= count);
      await waitFor(async () => (await queue.backlog()).waiting === 0);
      await worker.stop();
      return handled.size;
    },
  };
}

function startWorker(backend: QueueBackend, schema: z.ZodType<EventJob>, handle: (job: EventJob) => unknown) {
  const worker = new JobWorker(backend, {
    queue: eventQueueName(name),
    schema,
    concurrency: 4,
    handle: (job) => {
      handle(job);
      return Promise.resolve();
    },
  });
  worker.start();
  cleanUp(() => worker.stop());
  return worker;
}

function replay(
  { reads }: Database,
  queue: JobQueue<EventJob>,
  consumer: Pick<Consumer, 'name' | 'id'>,
  replayId: string | null,
) {
  const range = { partition: 0, from: 1, to: 1_000, types, streamId: null, serviceSid: null };
  const signal = new AbortController().signal;
  const options = { consumer, replayId, perSecond: 1_000, signal, progress: () => undefined };
  return replayToConsumer(reads, queue, range, options);
}
