import { beforeAll, describe, expect, it } from '@jest/globals';
import { findStream, type EventStore, type StreamPlace } from '#event-store';
import type { Database } from '#platform';
import { moveClock, testDatabase, testService, testStore } from '#testing';
import { rowAsOf, type PastMoment } from './as-of.js';
import { readHistory, type Moment } from './history.js';
import { SessionQueries } from './session/session.queries.js';
import { decoding, masterKey, SessionLives } from './spec/session-lives.js';

let database: Database;
let events: EventStore;
let service: Awaited<ReturnType<typeof testService>>;
let lives: SessionLives;
let queries: SessionQueries;

beforeAll(async () => {
  ({ database } = await testDatabase());
  events = await testStore(database, { masterKey, partitions: 4 });
  service = await testService({ events });
  lives = new SessionLives(events, service);
  queries = new SessionQueries(database, 4);
});

async function placeOf(sid: string): Promise<StreamPlace> {
  const place = await findStream(database.reads, sid);
  if (place === null) throw new Error('there is no such stream');
  return place;
}

async function historyOf(sid: string): Promise<Moment[]> {
  const moments: Moment[] = [];
  for await (const moment of readHistory(database.reads, await placeOf(sid), decoding)) moments.push(moment);
  return moments;
}

const asOf = async (sid: string, moment: PastMoment) =>
  rowAsOf(database.reads, await placeOf(sid), moment, decoding);

describe('findStream', () => {
  it('finds a stream by its id alone, after its deletion too', async () => {
    const sid = await lives.create();
    await lives.delete(sid);
    expect(await findStream(database.reads, sid)).toEqual({
      partition: expect.any(Number),
      streamId: sid,
      accountSid: service.accountSid,
      category: 'session',
      version: 2,
      status: 'deleted',
    });
  });

  it('answers null for what never was', async () => {
    expect(await findStream(database.reads, 'KC0')).toBeNull();
  });
});

describe('readHistory', () => {
  it('shows what each event changed, of a deleted session too', async () => {
    const sid = await lives.create({ ttl: 60 });
    await lives.update(sid, { ttl: 90 });
    await lives.delete(sid);
    expect(await historyOf(sid)).toMatchObject([
      { recorded: { event: { type: 'SessionCreated' } }, before: null, after: { ttl: 60, status: 'open' } },
      { recorded: { event: { type: 'SessionTtlChanged' } }, before: { ttl: 60 }, after: { ttl: 90 } },
      { recorded: { event: { type: 'SessionDeleted' } }, before: { ttl: 90 }, after: null },
    ]);
  });
});

describe('rowAsOf', () => {
  it('shows a session as the API did at every version', async () => {
    const sid = await lives.create({ ttl: 3600 });
    const shown = [await shownNow(sid)];
    await lives.update(sid, { ttl: 7200 });
    shown.push(await shownNow(sid));
    await lives.update(sid, { status: 'closed' });
    shown.push(await shownNow(sid));
    for (const [i, row] of shown.entries()) expect(await asOf(sid, { version: i + 1 })).toEqual(row);
  });

  it('shows a session whoever came and spoke, but not what they said', async () => {
    const sid = await lives.create({ ttl: 3600 });
    await lives.talk(sid, 1);
    const now = await shownNow(sid);
    const { version } = await placeOf(sid);
    expect(await asOf(sid, { version })).toEqual(now);
    expect(await asOf(sid, { version: 2 })).toMatchObject({ version: 2, date_last_interaction: null });
    expect((await historyOf(sid)).map(({ recorded }) => recorded.event.type)).toContain('ParticipantAdded');
  });

  it('shows a number while it was in the pool of a service that was there', async () => {
    const other = await testService({ events });
    await new SessionLives(events, other).pool();
    const { rows } = await database.admin.query<{ sid: string; date_created: string }>(
      'select * from maskline.phone_number where service_sid = $1 order by sid limit 1',
      [other.sid],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the pool is empty');
    const { partition: _, ...shown } = row as typeof row & { partition: number };
    expect(await asOf(row.sid, { version: 1 })).toEqual(shown);
    await moveClock(database, '1 minute');
    await other.delete();
    const [, deleted] = await historyOf(other.sid);
    expect(await asOf(row.sid, { time: deleted?.recorded.recordedAt ?? '' })).toBeNull();
  });

  it('goes by the time at which an event could be seen', async () => {
    const sid = await lives.create();
    await lives.update(sid, { status: 'closed' });
    const [created, closed] = (await historyOf(sid)).map(({ recorded }) => recorded.recordedAt);
    if (created === undefined || closed === undefined) throw new Error('two events were to be expected');
    expect(await asOf(sid, { time: before(created) })).toBeNull();
    expect(await asOf(sid, { time: closed })).toMatchObject({ status: 'closed' });
  });

  it('shows nothing below a deleted service, and what was there before', async () => {
    const other = await testService({ events });
    const [sid = ''] = await other.addSessions(1, {});
    const [created] = await historyOf(sid);
    await moveClock(database, '2 minutes');
    await other.delete();
    const [, deleted] = await historyOf(other.sid);
    const at = deleted?.recorded.recordedAt ?? '';
    expect(await asOf(sid, { time: created?.recorded.recordedAt ?? '' })).not.toBeNull();
    expect(await asOf(sid, { time: at })).toBeNull();
    expect(await asOf(other.sid, { time: at })).toBeNull();
  });

  it('shows a session closed from its deadline on, however late that was noticed', async () => {
    const sid = await lives.create({ ttl: 1000 });
    await moveClock(database, '1 hour');
    await lives.expire(sid);
    const [created, expired] = (await historyOf(sid)).map(({ recorded }) => recorded);
    const deadline = new Date(Date.parse(created?.occurredAt ?? '') + 1_000_000).toISOString();
    expect(expired?.recordedAt).not.toBe(deadline);
    expect(await asOf(sid, { time: before(deadline) })).toMatchObject({ status: 'open', date_ended: null });
    expect(await asOf(sid, { time: deadline })).toMatchObject({ status: 'closed', date_ended: deadline });
  });
});

const shownNow = (sid: string) => queries.get(service.accountSid, service.sid, sid);

function before(time: string): string {
  return new Date(Date.parse(time) - 1).toISOString();
}
