import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { UnrecoverableError } from 'bullmq';
import { Registry } from 'prom-client';
import { addConsumer } from '#event-store';
import { databaseChecks, freePort } from '#platform';
import { ConsumerBacklogs, EventQueues } from '#queues';
import { call, cleanUp, queueBackends, testService, waitFor } from '#testing';
import { observeConsumers } from './consumer-metrics.js';
import { serveOps } from './ops-server.js';
import { openWorld, type World } from './spec/open-world.js';
import { workerChecks } from './worker-checks.js';

// Jobs fail here on purpose, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

describe.each(queueBackends())('a consumer that fails at everything, with queues on %s', (backend) => {
  it('is named by the worker, which stays in service for the others', async () => {
    const world = await openWorld(backend);
    await world.startWorker();
    const url = await startOps(world);
    const service = await testService(world.store);
    await service.addSessions(2, {});
    await addConsumer(world.database.reads, 'ledger', ['SessionCreated'], 'beginning');
    startBrokenConsumer(world, 'consumer-ledger');

    const answer = await waitFor(
      async () => {
        const found = await call(url, 'GET', '/readyz');
        return JSON.stringify(found.body).includes('ledger 2') && found;
      },
      { every: 100 },
    );

    expect([answer.status, answer.body]).toEqual([
      200,
      {
        status: 'ready',
        checks: { database: 'ok', migrations: 'ok', queue: 'ok', subscriptions: 'ok' },
        remarks: { consumers: 'failed jobs: ledger 2' },
      },
    ]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('maskline_consumer_jobs{consumer="ledger",state="failed"} 2');
    expect(metrics).toContain('maskline_consumer_jobs{consumer="ledger",state="waiting"} 0');
    expect(metrics).toContain('maskline_consumer_lag_events{consumer="ledger"} 0');
    expect(metrics).toContain('maskline_consumer_lag_seconds{consumer="ledger"} 0');
  });
});

async function startOps({ database, queues }: World): Promise<string> {
  const metrics = new Registry();
  const eventQueues = new EventQueues(queues);
  const backlogs = new ConsumerBacklogs(database.reads, eventQueues);
  observeConsumers(metrics, backlogs);
  const checks = [...databaseChecks(database), ...workerChecks(database, queues, backlogs)];
  const port = await freePort();
  const ops = await serveOps({ port, host: '127.0.0.1' }, metrics, checks);
  cleanUp(async () => {
    await ops.close();
    await eventQueues.stop();
  });
  return `http://127.0.0.1:${port}`;
}

function startBrokenConsumer({ queues }: World, queue: string): void {
  const quiet = { failed: () => undefined, jobFailed: () => undefined };
  const broken = () => Promise.reject(new UnrecoverableError('broken'));
  const worker = queues.openWorker(queue, broken, 1, quiet);
  cleanUp(() => worker.close());
}
