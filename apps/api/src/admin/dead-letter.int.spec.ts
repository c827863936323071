import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { UnrecoverableError } from 'bullmq';
import { addConsumer, listConsumers, type EventReference } from '#event-store';
import type { Database } from '#platform';
import { eventQueue, newEventJob, openQueues } from '#queues';
import { call, cleanUp, queueBackends, redisUrl, testDatabase, waitFor, type Login } from '#testing';
import { deadLetterListSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

const quiet = { failed: () => undefined, jobFailed: () => undefined };

async function list(url: string, login: Login, query = '') {
  const { status, body } = await adminCall(url, login, 'GET', `DeadLetters?${query}`);
  expect([query, status]).toEqual([query, 200]);
  return deadLetterListSchema.parse(body);
}

/** The session of an account, at whose beginning a reader of the log has parked it. */
async function parkedSession(api: Awaited<ReturnType<typeof serveApi>>, database: Database) {
  const owner = await api.account();
  const made = async (path: string, body: Record<string, string>) => {
    const answer = await call(api.url, 'POST', path, { login: owner, body });
    expect([path, answer.status]).toEqual([path, 201]);
    return String(answer.body?.['sid']);
  };
  const service = await made('/v1/Services', { UniqueName: 'one' });
  const sid = await made(`/v1/Services/${service}/Sessions`, {});
  const { rows } = await database.admin.query<EventReference>(
    `with parked as (
      insert into maskline.dead_letter (partition, subscription, stream_id, version, position, event_id, type, error)
      select partition, 'cascade', stream_id, version, position, event_id, type, 'TypeError' from maskline.event where stream_id = $1
    )
    select partition, position, stream_id as "streamId", version, type, event_id as "eventId", occurred_at as "occurredAt"
    from maskline.event where stream_id = $1`,
    [sid],
  );
  return { owner, sid, events: rows };
}

describe.each(queueBackends())('what could not be handled, with queues on %s', (kind) => {
  let world: Awaited<ReturnType<typeof openWorld>>;
  beforeAll(async () => {
    world = await openWorld();
  });

  /** Two accounts with the same failures: a session that a reader parked, and a job that a consumer failed at. */
  async function openWorld() {
    const { url, database } = await testDatabase();
    const redis = kind === 'redis' ? await redisUrl() : undefined;
    const queues = openQueues({ DATABASE_URL: url, REDIS_URL: redis }, 'spec');
    await queues.migrate();
    cleanUp(() => queues.close());
    const api = await serveApi(database, { queues });
    cleanUp(() => api.app.close());
    const [mine, theirs] = [await parkedSession(api, database), await parkedSession(api, database)];
    await addConsumer(database.admin, 'broken', null, 'now');
    const [consumer = { name: '', id: 0 }] = await listConsumers(database.admin);
    const queue = eventQueue(queues, 'broken');
    cleanUp(() => queue.stop());
    queue.start();
    await queue.connected();
    await queue.add([...mine.events, ...theirs.events].map((event) => newEventJob(consumer, event, null)));
    const isBroken = () => Promise.reject(new UnrecoverableError('+15005550001'));
    const fail = async (failed: number) => {
      const worker = queues.openWorker('consumer-broken', isBroken, 20, quiet);
      await waitFor(async () => (await queue.backlog()).failed === failed);
      await worker.close();
    };
    await fail(2);
    return { database, api, queue, consumer, fail, mine, theirs };
  }

  it('is listed with what a reader parked and what consumers failed at, of this account alone', async () => {
    const { api, mine, theirs } = world;
    const all = await list(api.url, mine.owner);
    expect(all).toMatchObject({ is_complete: true, has_more: false });
    expect(all.dead_letters).toMatchObject([
      {
        kind: 'parked',
        reader: 'cascade',
        session_sid: mine.sid,
        version: 1,
        error: 'TypeError',
        waiting: 1,
      },
      { kind: 'failed', reader: 'consumer:broken', session_sid: mine.sid, event_type: 'SessionCreated' },
    ]);
    for (const { account_sid, asked } of all.dead_letters) {
      expect([account_sid, asked]).toEqual([mine.owner.username, null]);
    }
    expect((await list(api.url, mine.owner, 'Reader=consumer:broken')).dead_letters).toEqual(
      all.dead_letters.slice(1),
    );
    expect(await list(api.url, mine.owner, 'Limit=1')).toMatchObject({
      dead_letters: all.dead_letters.slice(0, 1),
      has_more: true,
    });
    const reader = await api.apiKey(mine.owner.username, 'read-only');
    for (const letter of all.dead_letters) {
      const shown = await adminCall(api.url, reader, 'GET', `DeadLetters/${letter.id}`);
      expect(shown).toMatchObject({ status: 200, body: letter });
      expect(shown.text).not.toContain('+15005550001');
      for (const [method, path] of [
        ['GET', letter.id],
        ['POST', `${letter.id}/Retry`],
        ['POST', `${letter.id}/Skip`],
      ] as const) {
        const body = method === 'POST' ? { Reason: 'not mine' } : undefined;
        const answer = await adminCall(api.url, theirs.owner, method, `DeadLetters/${path}`, body);
        expect([path, answer.status]).toEqual([path, 404]);
      }
    }
    expect(await list(api.url, mine.owner)).toEqual(all);
  });

  it('is tried again when that is asked for, once', async () => {
    const { api, mine, queue } = world;
    const [parked, failed] = (await list(api.url, mine.owner)).dead_letters;
    const retry = (id = '') => adminCall(api.url, mine.owner, 'POST', `DeadLetters/${id}/Retry`);
    expect(await retry(parked?.id)).toMatchObject({ status: 200, body: { id: parked?.id, asked: 'retry' } });
    expect(await retry(parked?.id)).toMatchObject({ status: 409, body: { code: 20409 } });
    expect(await retry(failed?.id)).toMatchObject({ status: 200, body: { id: failed?.id, asked: 'retry' } });
    // It waits for its consumer, as if it were new.
    expect(await queue.backlog()).toMatchObject({ waiting: 1, failed: 1 });
    expect((await retry(failed?.id)).status).toBe(404);
    expect((await list(api.url, mine.owner)).dead_letters).toMatchObject([
      { id: parked?.id, asked: 'retry' },
    ]);
  });

  it('is passed by when somebody says so with a reason, which is kept', async () => {
    const { api, theirs, queue, database } = world;
    const [parked, failed] = (await list(api.url, theirs.owner)).dead_letters;
    const key = await api.apiKey(theirs.owner.username);
    const skip = (id = '', body: object = { Reason: 'ticket 12' }) =>
      adminCall(api.url, key, 'POST', `DeadLetters/${id}/Skip`, body);
    for (const body of [{}, { Reason: ' ' }, { Reason: 'x'.repeat(501) }]) {
      expect(await skip(parked?.id, body)).toMatchObject({ status: 400, body: { code: 20001 } });
    }
    expect(await skip(parked?.id)).toMatchObject({ status: 200, body: { asked: 'skip' } });
    expect(await skip(failed?.id)).toMatchObject({ status: 200, body: { asked: 'skip' } });
    expect((await queue.backlog()).failed).toBe(0);
    const { rows } = await database.admin.query(
      'select reader, stream_id, reason, skipped_by from maskline.skipped_event',
    );
    expect(rows).toEqual([
      {
        reader: 'consumer:broken',
        stream_id: theirs.sid,
        reason: 'ticket 12',
        skipped_by: key.username,
      },
    ]);
  });

  it('is found behind hundreds of another account', async () => {
    const { api, queue, consumer, fail, mine, theirs } = world;
    const before = (await queue.backlog()).failed;
    const fresh = ({ events }: typeof mine) =>
      events.map((event) => newEventJob(consumer, event, randomUUID()));
    await queue.add([...Array.from({ length: 250 }, () => fresh(theirs)).flat(), ...fresh(mine)]);
    await fail((await queue.backlog()).waiting + before);
    const { dead_letters: found, has_more: hasMore } = await list(
      api.url,
      mine.owner,
      'Reader=consumer:broken',
    );
    expect({ sids: found.map(({ session_sid }) => session_sid), hasMore }).toEqual({
      sids: Array.from({ length: 2 }, () => mine.sid),
      hasMore: false,
    });
    expect(await list(api.url, theirs.owner, 'Reader=consumer:broken&Limit=200')).toMatchObject({
      dead_letters: { length: 200 },
      has_more: true,
    });
    expect((await list(api.url, theirs.owner, 'Reader=cascade&Limit=200')).dead_letters).toHaveLength(1);
  });
});

describe('what could not be handled', () => {
  it('is listed as incomplete while the queues are away, and what they have cannot be asked for', async () => {
    const { database } = await testDatabase();
    const api = await serveApi(database);
    cleanUp(() => api.app.close());
    const { owner } = await parkedSession(api, database);
    expect(await list(api.url, owner)).toMatchObject({
      is_complete: true,
      dead_letters: [{ kind: 'parked' }],
    });
    await addConsumer(database.admin, 'ledger', null, 'now');
    expect(await list(api.url, owner)).toMatchObject({
      is_complete: false,
      dead_letters: [{ kind: 'parked' }],
    });
    const get = (id: string) => adminCall(api.url, owner, 'GET', `DeadLetters/${id}`);
    expect((await get('ledger.1-x')).status).toBe(503);
    for (const query of ['Limit=0', 'Limit=1001', 'Limit=x']) {
      const answer = await adminCall(api.url, owner, 'GET', `DeadLetters?${query}`);
      expect([query, answer.status, answer.body?.['code']]).toEqual([query, 400, 20001]);
    }
    for (const id of ['other.1-x', '999999', '0', 'x'])
      expect([id, (await get(id)).status]).toEqual([id, 404]);
  });
});
