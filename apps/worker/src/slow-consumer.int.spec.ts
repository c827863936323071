import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { addConsumer, pauseConsumer, readSubscriptions } from '#event-store';
import { eventQueue, type JobQueue, type EventJob } from '#queues';
import { cleanUp, queueBackends, testService, waitFor } from '#testing';
import { openWorld, type World } from './spec/open-world.js';

beforeAll(() => {
  Logger.overrideLogger(false);
});

/** As many undone jobs make a relay wait. */
const limit = 10_000;
const quiet = { failed: () => undefined, jobFailed: () => undefined };

describe.each(queueBackends())('a consumer that takes nothing, with queues on %s', (backend) => {
  it('has its relay wait above a threshold, and slows neither appends nor others; goes on when there is room', async () => {
    const world = await openWorld(backend);
    await world.startWorker();
    const service = await testService(world.store);
    await addConsumer(world.database.admin, 'slow', ['SessionCreated'], 'now');
    const slow = await openQueue(world, 'slow');
    const filler = Array.from({ length: limit }, (_, i) => ({ id: `filler-${i}`, data: event(i) }));
    for (let i = 0; i < limit; i += 1_000) await slow.add(filler.slice(i, i + 1_000));
    await addConsumer(world.database.admin, 'quick', ['SessionCreated'], 'now');
    const quick = startConsumer(world, 'quick');

    const sids = await service.addSessions(50, {});
    await waitFor(() => quick.length === 50);
    const whileSlow = await slow.unfinished();
    const behind = await relayOf(world, 'slow');
    // It takes some after all.
    startConsumer(world, 'slow');
    await waitFor(async () => (await relayOf(world, 'slow'))?.lag === 0);

    expect(new Set(quick)).toEqual(new Set(sids));
    expect(whileSlow).toBe(limit);
    expect(behind).toMatchObject({ lag: 50, failures: 0 });
  });

  it('gets nothing while it is paused, and then what came meanwhile', async () => {
    const world = await openWorld(backend);
    await world.startWorker();
    const service = await testService(world.store);
    await addConsumer(world.database.admin, 'ledger', ['SessionCreated'], 'now');
    const handled = startConsumer(world, 'ledger');
    const queue = await openQueue(world, 'ledger');
    const [first = ''] = await service.addSessions(1, {});
    await waitFor(() => handled.includes(first));

    await pauseConsumer(world.database.admin, 'ledger', true);
    await queue.setPaused(true);
    const relayIsHeld = async () =>
      (await readSubscriptions(world.database.reads)).some(
        ({ name, isHeld }) => name.startsWith('relay:') && isHeld,
      );
    await waitFor(async () => !(await relayIsHeld()));
    const meanwhile = await service.addSessions(5, {});
    const undone = await queue.unfinished();
    await pauseConsumer(world.database.admin, 'ledger', false);
    await queue.setPaused(false);

    await waitFor(() => handled.length === 6);
    expect(undone).toBe(0);
    expect(new Set(handled)).toEqual(new Set([first, ...meanwhile]));
  });
});

async function relayOf({ database }: World, consumer: string) {
  return (await readSubscriptions(database.reads)).find(({ name }) => name.startsWith(`relay:${consumer}.`));
}

async function openQueue({ queues }: World, name: string): Promise<JobQueue<EventJob>> {
  const queue = eventQueue(queues, name);
  cleanUp(() => queue.stop());
  queue.start();
  await queue.connected();
  return queue;
}

/** Answers the streams of the events that it has handled, as they come. */
function startConsumer({ queues }: World, name: string): string[] {
  const handled: string[] = [];
  const take = (job: { data: unknown }) => {
    handled.push(String(Reflect.get(Object(job.data), 'streamId')));
    return Promise.resolve();
  };
  const worker = queues.openWorker(`consumer-${name}`, take, 4, quiet);
  cleanUp(() => worker.close());
  return handled;
}

function event(position: number): EventJob {
  return {
    eventId: '01890000-0000-7000-8000-000000000001',
    type: 'SessionCreated',
    streamId: 'filler',
    version: 1,
    partition: 0,
    position: position + 1,
    occurredAt: '2026-01-02T03:04:05.006Z',
    replayId: null,
  };
}
