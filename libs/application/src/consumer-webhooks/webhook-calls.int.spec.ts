import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { deleteSession, sessionStream, updateSession, type Session, type SessionEvent } from '#domain';
import {
  addConsumer,
  changeWebhook,
  listConsumers,
  noteSkipped,
  pauseConsumer,
  readReplay,
  removeConsumer,
} from '#event-store';
import { OutboundHttp } from '#platform';
import { newEventJob, TryLater, type EventJob } from '#queues';
import {
  cleanUp,
  moveClock,
  testDatabase,
  testService,
  testWorld,
  waitFor,
  webhookReceiver,
  type ReceivedCall,
} from '#testing';
import { newWebhookSecret } from '#wire';
import { ConsumerWebhookCalls } from './webhook-calls.js';
import { sealWebhookSecret } from './webhook-secrets.js';

// Endpoints go away here on purpose, and each is told.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const name = 'billing';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly streamversion: number;
  readonly data: object;
}

const told = ({ body }: ReceivedCall) => JSON.parse(body) as Told;

const takes = (response: ServerResponse) => response.writeHead(204).end();

/** A consumer that is a URL, and sessions whose events it can be told. */
async function openWorld(
  answer: (response: ServerResponse, call: ReceivedCall) => void,
  { isOrdered = false, hasPersonal = false, fragment = '' } = {},
) {
  const receiver = await webhookReceiver(answer);
  const { database } = await testDatabase();
  const store = await testWorld(database);
  const service = await testService(store);
  const http = new OutboundHttp('loopback');
  cleanUp(() => http.close());
  const secret = newWebhookSecret();
  const seal = (text: string) => sealWebhookSecret(store.masterKey, name, text);
  const webhook = { url: `${receiver.url}/hook${fragment}`, secret: seal(secret), isOrdered, hasPersonal };
  await addConsumer(database.admin, name, null, 'now', webhook);
  const registration = async () => {
    const [consumer] = await listConsumers(database.admin);
    if (consumer === undefined) throw new Error('no consumer');
    return consumer;
  };
  const consumer = await registration();
  const calls = new ConsumerWebhookCalls(database, http, store.masterKey);
  const change = (sid: string, decide: (session: Session, given: { now: string }) => SessionEvent[]) =>
    store.events.change(sessionStream, sid, service.context, decide, { subjects: [sid] });
  return {
    receiver,
    database,
    secret,
    seal,
    sealed: webhook.secret,
    registration,
    /** A session with so many events. */
    addSession: async (events = 1) => {
      const [sid = ''] = await service.addSessions(1, {});
      for (let ttl = 101; ttl < 100 + events; ttl++) {
        await change(sid, (session, { now }) => updateSession(session, { ttl }, now));
      }
      return sid;
    },
    /** Something that tells about a person. */
    reveal: (sid: string) =>
      change(sid, () => [{ type: 'IdentifiersRevealed', data: { reason: 'asked by Alice' } }]),
    erase: (sid: string) => change(sid, deleteSession),
    jobsOf: async (streamId: string, replayId: string | null = null) => {
      const range = { partition: 0, from: 1, to: 1_000, types: null, streamId, serviceSid: null };
      const events = await readReplay(database.reads, range, 1_000);
      return events.map((event) => newEventJob(consumer, event, replayId).data);
    },
    tell: (job: EventJob | undefined) => {
      if (job === undefined) throw new Error('no such job');
      return calls.tell(consumer, job);
    },
  };
}

describe('a webhook', () => {
  it('is told of an event as a CloudEvent, signed as Standard Webhooks says', async () => {
    const { receiver, secret, addSession, jobsOf, tell } = await openWorld(takes);
    const sid = await addSession();
    const [job] = await jobsOf(sid);
    await tell(job);

    const [call] = receiver.calls;
    expect(receiver.calls).toHaveLength(1);
    expect(call).toMatchObject({
      method: 'POST',
      path: '/hook',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'webhook-id': job?.eventId,
      },
    });
    const headers = Object.fromEntries(Object.entries(call?.headers ?? {}).map(([k, v]) => [k, String(v)]));
    expect(new Webhook(secret).verify(call?.body ?? '', headers)).toMatchObject({
      specversion: '1.0',
      id: job?.eventId,
      type: 'maskline.SessionCreated',
      subject: sid,
      streamversion: 1,
      data: { mode: 'voice-and-message' },
    });
  });

  it('is told nothing about people unless that was asked for, and then until they are erased', async () => {
    for (const hasPersonal of [false, true]) {
      const { receiver, addSession, reveal, erase, jobsOf, tell } = await openWorld(takes, { hasPersonal });
      const sid = await addSession();
      await reveal(sid);
      const [, job] = await jobsOf(sid);
      await tell(job);
      await erase(sid);
      await tell(job);
      expect(receiver.calls.map((call) => told(call).data)).toEqual(
        hasPersonal ? [{ reason: 'asked by Alice' }, { reason: { erased: true } }] : [{}, {}],
      );
    }
  });

  it('is told under one id whenever the same is tried again, and under another by a replay', async () => {
    const { receiver, addSession, jobsOf, tell } = await openWorld(takes);
    const sid = await addSession();
    for (const job of [...(await jobsOf(sid)), ...(await jobsOf(sid)), ...(await jobsOf(sid, 'r1'))]) {
      await tell(job);
    }
    const [first, again, replayed] = receiver.calls.map(({ headers }) => headers['webhook-id']);
    expect(again).toBe(first);
    expect(replayed).toBe(`${String(first)}-r1`);
    expect(receiver.calls.map((call) => told(call).id)).toEqual([first, first, first]);
  });

  it('gets signatures by both secrets after a change, and by the new one alone later on', async () => {
    const { receiver, database, secret, seal, sealed, addSession, jobsOf, tell } = await openWorld(takes);
    const [job] = await jobsOf(await addSession());
    const renewed = newWebhookSecret();
    const change = { url: `${receiver.url}/other`, secret: { value: seal(renewed), instead: sealed } };
    expect(await changeWebhook(database.admin, name, change, 24)).toBe(true);
    // Whoever saw another secret than the one that signs by now has come second.
    expect(await changeWebhook(database.admin, name, change, 24)).toBe(false);
    await tell(job);
    await moveClock(database, '25 hours');
    await tell(job);

    const [during, after] = receiver.calls.map(({ headers, body }) =>
      [secret, renewed].map((known) => {
        const texts = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)]));
        try {
          return new Webhook(known).verify(body, texts) !== null;
        } catch {
          return false;
        }
      }),
    );
    expect([during, after]).toEqual([
      [true, true],
      [false, true],
    ]);
    expect(receiver.calls.map(({ path }) => path)).toEqual(['/other', '/other']);
  });

  it('is told nothing once it is removed, also when it was added again since', async () => {
    const { receiver, database, addSession, jobsOf, tell, seal } = await openWorld(takes);
    const [job] = await jobsOf(await addSession());
    await removeConsumer(database.admin, name);
    await tell(job);
    const webhook = {
      url: receiver.url,
      secret: seal(newWebhookSecret()),
      isOrdered: false,
      hasPersonal: false,
    };
    await addConsumer(database.admin, name, null, 'now', webhook);
    await tell(job);
    expect(receiver.calls).toEqual([]);
  });
});

describe('a webhook that', () => {
  it.each<[string, (response: ServerResponse) => unknown, string, string]>([
    ['answers 500', (response) => response.writeHead(500).end(), '', 'status 500'],
    ['refuses with 400', (response) => response.writeHead(400).end(), '', 'status 400'],
    ['asks to be called less', (response) => response.writeHead(429).end(), '', 'status 429'],
    ['hangs', () => undefined, '#rt=200', 'read-timeout'],
    ['closes', (response) => response.destroy(), '', 'connection-lost'],
    ['hangs while there is a limit to it all', () => undefined, '#tt=200', 'total-timeout'],
  ])('%s has not taken the event, and the reason is a word', async (_, answer, fragment, reason) => {
    const { addSession, jobsOf, tell } = await openWorld(answer, { fragment });
    const [job] = await jobsOf(await addSession());
    await expect(tell(job)).rejects.toMatchObject({ name: reason, message: reason });
  });

  it('redirects is not followed, since the event is for nobody else', async () => {
    const elsewhere = await webhookReceiver(takes);
    const { addSession, jobsOf, tell } = await openWorld((response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    const [job] = await jobsOf(await addSession());
    await expect(tell(job)).rejects.toMatchObject({ name: 'status 307' });
    expect(elsewhere.calls).toEqual([]);
  });

  it('answers with a gigabyte has taken the event, and is not listened to for long', async () => {
    let written = 0;
    const chunk = Buffer.alloc(65_536);
    let closed: Promise<unknown> = Promise.resolve();
    const { addSession, jobsOf, tell } = await openWorld((response) => {
      response.writeHead(200, { 'content-length': String(2 ** 30) });
      closed = once(response, 'close');
      const write = () => {
        while (written < 2 ** 30 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', write).on('error', () => undefined);
      write();
    });
    const [job] = await jobsOf(await addSession());
    await tell(job);
    await closed;
    expect(written).toBeLessThan(2 ** 28);
  });

  it('may not be called is not called', async () => {
    const { database, addSession, jobsOf, tell } = await openWorld(takes);
    await changeWebhook(database.admin, name, { url: 'http://169.254.169.254/', secret: null }, 0);
    const [job] = await jobsOf(await addSession());
    await expect(tell(job)).rejects.toMatchObject({ name: 'refused-address' });
  });

  it('is gone is paused, told nothing more, and goes on when somebody says so', async () => {
    let isGone = true;
    const { receiver, database, registration, addSession, jobsOf, tell } = await openWorld((response) =>
      response.writeHead(isGone ? 410 : 200).end(),
    );
    const sid = await addSession(2);
    const [first, second] = await jobsOf(sid);
    await expect(tell(first)).rejects.toThrow(TryLater);
    await expect(tell(second)).rejects.toThrow(TryLater);
    expect(receiver.calls).toHaveLength(1);
    expect(await registration()).toMatchObject({ pausedAt: expect.any(String), pausedBecause: 'gone' });

    isGone = false;
    await pauseConsumer(database.admin, name, false);
    await tell(first);
    await tell(second);
    expect(receiver.calls.slice(1).map((call) => told(call).streamversion)).toEqual([1, 2]);
    expect(await registration()).toMatchObject({ pausedAt: null, pausedBecause: null });
  });
});

describe('a webhook that wants order', () => {
  const versions = (calls: readonly ReceivedCall[]) => calls.map((call) => told(call).streamversion);

  it('is told the events of a session once and one after the other, in whatever order jobs come', async () => {
    const { receiver, addSession, jobsOf, tell } = await openWorld(takes, { isOrdered: true });
    const sid = await addSession(4);
    for (const job of (await jobsOf(sid)).toReversed()) await tell(job);
    expect(versions(receiver.calls)).toEqual([1, 2, 3, 4]);
  });

  it('is told them by one worker at a time', async () => {
    let answer = (): void => undefined;
    const { receiver, addSession, jobsOf, tell } = await openWorld(
      (response) => {
        answer = () => void takes(response);
      },
      { isOrdered: true },
    );
    const [first] = await jobsOf(await addSession());
    const telling = tell(first);
    await waitFor(() => receiver.calls.length === 1);
    await expect(tell(first)).rejects.toThrow(TryLater);
    answer();
    await telling;
    await tell(first);
    expect(receiver.calls).toHaveLength(1);
  });

  it('is held up by an event that it does not take, in that session alone, until the event is skipped', async () => {
    let bad = '';
    const { receiver, database, addSession, jobsOf, tell } = await openWorld(
      (response, call) => {
        const { subject, streamversion } = told(call);
        response.writeHead(subject === bad && streamversion === 2 ? 500 : 200).end();
      },
      { isOrdered: true },
    );
    bad = await addSession(3);
    const good = await addSession(3);
    const [, stuck, last] = await jobsOf(bad);
    await expect(tell(last)).rejects.toMatchObject({ name: 'status 500' });
    await tell((await jobsOf(good)).at(-1));
    await expect(tell(last)).rejects.toMatchObject({ name: 'status 500' });
    if (stuck === undefined) throw new Error('no such job');
    await noteSkipped(
      database.admin,
      `consumer:${name}`,
      { ...stuck, error: 'status 500' },
      { reason: 'spec', by: 'spec' },
    );
    await tell(last);

    const of = (sid: string) => receiver.calls.filter((call) => told(call).subject === sid);
    expect(versions(of(good))).toEqual([1, 2, 3]);
    expect(versions(of(bad))).toEqual([1, 2, 2, 3]);
  });

  it('is told what a worker that died had under way, once its claim has run out', async () => {
    const { receiver, database, addSession, jobsOf, tell } = await openWorld(takes, { isOrdered: true });
    const sid = await addSession(2);
    const [first, second] = await jobsOf(sid);
    await tell(first);
    await database.admin.query(
      `update maskline.webhook_cursor set claim = gen_random_uuid(), claimed_until = maskline.clock() + interval '30 seconds'`,
    );
    await expect(tell(second)).rejects.toThrow(TryLater);
    await moveClock(database, '31 seconds');
    await tell(second);
    expect(versions(receiver.calls)).toEqual([1, 2]);
  });

  it('is told again by a replay, event by event', async () => {
    const { receiver, addSession, jobsOf, tell } = await openWorld(takes, { isOrdered: true });
    const sid = await addSession(2);
    await tell((await jobsOf(sid)).at(-1));
    await tell((await jobsOf(sid, 'r1')).at(0));
    expect(versions(receiver.calls)).toEqual([1, 2, 1]);
  });
});
