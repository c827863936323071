import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { sealWebhookSecret } from '#application';
import { sessionStream, updateSession } from '#domain';
import { addConsumer, listConsumers, pauseConsumer } from '#event-store';
import { ConsumerBacklogs, EventQueues, eventQueue } from '#queues';
import { cleanUp, queueBackends, testService, waitFor, webhookReceiver, type ReceivedCall } from '#testing';
import { newWebhookSecret } from '#wire';
import { openWorld, type World } from './spec/open-world.js';

// Endpoints fail here on purpose, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

describe.each(queueBackends())('a consumer that is a URL, with queues on %s', (backend) => {
  it('is told every event, while one that hangs holds up nobody but itself', async () => {
    const world = await openWorld(backend);
    await world.startWorker();
    const service = await testService(world.store);
    const dead = await addWebhook(world, 'dead', () => undefined, { fragment: '#rt=300' });
    const good = await addWebhook(world, 'good', takes);
    const eventQueues = new EventQueues(world.queues);
    cleanUp(() => eventQueues.stop());
    const backlogs = new ConsumerBacklogs(world.database.reads, eventQueues);

    const sids = await service.addSessions(50, {});
    await waitFor(() => subjects(good).size === 50);
    expect(subjects(good)).toEqual(new Set(sids));
    await waitFor(() => dead.length > 0);
    const ofDead = await waitFor(async () => {
      const found = (await backlogs.read()).find(({ consumer }) => consumer === 'dead');
      return found?.lag === 50 ? found : null;
    });
    expect(ofDead).toMatchObject({ waiting: 50, failed: 0 });
    expect(ofDead.lagSeconds).toBeGreaterThan(0);
  });

  it('is paused once it says that it is gone, and then told what came meanwhile', async () => {
    const world = await openWorld(backend);
    await world.startWorker();
    const service = await testService(world.store);
    let isGone = true;
    const calls = await addWebhook(world, 'moved', (response) =>
      response.writeHead(isGone ? 410 : 200).end(),
    );
    const first = await service.addSessions(1, {});
    const paused = () =>
      listConsumers(world.database.reads).then(([found]) => found?.pausedBecause === 'gone');
    await waitFor(paused);
    const meanwhile = await service.addSessions(5, {});

    const before = calls.length;
    isGone = false;
    await pauseConsumer(world.database.admin, 'moved', false);
    const after = () => subjects(calls.slice(before));
    await waitFor(() => after().size === 6);
    expect(after()).toEqual(new Set([...first, ...meanwhile]));
  });

  it('is told the events of each session in order when it wants that, by two workers and though it fails', async () => {
    const world = await openWorld(backend);
    await Promise.all([world.startWorker(), world.startWorker()]);
    const service = await testService(world.store);
    const failing = new Set<string>();
    const taken: ReceivedCall[] = [];
    await addWebhook(
      world,
      'ordered',
      (response, call) => {
        const { subject, streamversion } = told(call);
        // The second event of each session at its first attempt.
        if (streamversion === 2 && !failing.has(subject)) {
          failing.add(subject);
          response.writeHead(503).end();
          return;
        }
        taken.push(call);
        takes(response);
      },
      { isOrdered: true },
    );
    const sids = await service.addSessions(8, {});
    for (const ttl of [101, 102, 103]) {
      await Promise.all(
        sids.map((sid) =>
          world.store.events.change(sessionStream, sid, service.context, (session, { now }) =>
            updateSession(session, { ttl }, now),
          ),
        ),
      );
    }

    const versionsOf = (sid: string) =>
      taken.map(told).flatMap(({ subject, streamversion }) => (subject === sid ? [streamversion] : []));
    await waitFor(() => sids.every((sid) => versionsOf(sid).includes(4)));
    expect(failing).toEqual(new Set(sids));
    for (const sid of sids) {
      // Each may come twice, but none before the one ahead of it.
      expect([...versionsOf(sid)].sort()).toEqual(versionsOf(sid));
      expect([...new Set(versionsOf(sid))]).toEqual([1, 2, 3, 4]);
    }
  });

  it('has a queue that counts as any other, and rests while it is paused', async () => {
    const world = await openWorld(backend);
    await world.startWorker();
    const service = await testService(world.store);
    const calls = await addWebhook(world, 'resting', takes);
    const awake = await addWebhook(world, 'awake', takes);
    await service.addSessions(1, {});
    await waitFor(() => calls.length > 0);
    const queue = eventQueue(world.queues, 'resting');
    cleanUp(() => queue.stop());
    queue.start();
    await queue.connected();
    await waitFor(async () => (await queue.unfinished()) === 0);

    await pauseConsumer(world.database.admin, 'resting', true);
    await queue.setPaused(true);
    const before = calls.length;
    const meanwhile = await service.addSessions(3, {});
    await waitFor(() => meanwhile.every((sid) => subjects(awake).has(sid)));
    expect(calls).toHaveLength(before);
    await pauseConsumer(world.database.admin, 'resting', false);
    await queue.setPaused(false);
    await waitFor(() => subjects(calls.slice(before)).size === 3);
    expect(subjects(calls.slice(before))).toEqual(new Set(meanwhile));
  });
});

const takes = (response: ServerResponse) => response.writeHead(204).end();

function told({ body }: ReceivedCall) {
  return JSON.parse(body) as { readonly subject: string; readonly streamversion: number };
}

function subjects(calls: readonly ReceivedCall[]): Set<string> {
  return new Set(calls.map((call) => told(call).subject));
}

/** Of what happens from now on to sessions; answers the calls as they come. */
async function addWebhook(
  { database, store }: World,
  name: string,
  answer: (response: ServerResponse, call: ReceivedCall) => void,
  { isOrdered = false, fragment = '' } = {},
): Promise<readonly ReceivedCall[]> {
  const receiver = await webhookReceiver(answer);
  const secret = sealWebhookSecret(store.masterKey, name, newWebhookSecret());
  const webhook = { url: `${receiver.url}/${fragment}`, secret, isOrdered, hasPersonal: false };
  await addConsumer(database.admin, name, ['SessionCreated', 'SessionTtlChanged'], 'now', webhook);
  return receiver.calls;
}
