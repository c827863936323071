import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  createService,
  createSession,
  deleteService,
  deleteSession,
  DomainError,
  serviceStream,
  sessionStream,
  updateService,
  updateSession,
  type NewSession,
  type Session,
  type SessionEvent,
  type SessionUpdate,
  type Stream,
} from '#domain';
import { newSid, type Database } from '#platform';
import { moveClock, postgresVersions, testDatabase, testStore } from '#testing';
import type { Changed } from './append/changed.js';
import type { ChangeOptions } from './append/prepare.js';
import type { EventContext } from './event-context.js';
import type { EventStore } from './event-store.js';
import type { Queryable } from './queryable.js';
import { readStream } from './read/read-stream.js';
import { specContext } from './spec/plain-command.js';

const settings = {
  defaultTtl: 0,
  callbackUrl: null,
  interceptCallbackUrl: null,
  outOfSessionCallbackUrl: null,
  geoMatchLevel: 'country',
  numberSelectionBehavior: 'prefer-sticky',
  chatInstanceSid: null,
} as const;

const today = sessionStream.stateSchema;

describe.each(postgresVersions())('the event store on PostgreSQL %s', (postgres) => {
  let database: Database;
  let store: EventStore;
  /** As another process has it. */
  let other: EventStore;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    store = await testStore(database);
    other = await testStore(database);
  });

  /** Each test has an account of its own. */
  const newContext = (over: Partial<EventContext> = {}) => specContext({ accountSid: newSid('AC'), ...over });

  async function newService(context: EventContext, uniqueName = 'rides'): Promise<string> {
    const wish = { ...settings, accountSid: context.accountSid, uniqueName };
    const { sid } = await store.create(serviceStream, newSid('KS'), context, null, () =>
      createService(serviceStream.initial, wish),
    );
    return sid;
  }

  async function newSession(
    context: EventContext,
    serviceSid: string,
    over: Partial<NewSession> = {},
    through = store,
  ): Promise<Changed> {
    const { accountSid } = context;
    const wish: NewSession = {
      accountSid,
      serviceSid,
      uniqueName: null,
      mode: 'voice-only',
      ttl: 0,
      dateExpiry: null,
      status: 'open',
      ...over,
    };
    const parent = { stream: serviceStream, id: serviceSid };
    return through.create(sessionStream, newSid('KC'), context, parent, ({ now, parent: service }) => {
      if (service?.status !== 'live') throw new DomainError('service-not-found', 'there is no such service');
      return createSession(sessionStream.initial, wish, now);
    });
  }

  function update(
    context: EventContext,
    sid: string,
    wish: SessionUpdate,
    through = store,
    options: ChangeOptions = {},
  ): Promise<Changed> {
    return through.change(
      sessionStream,
      sid,
      context,
      (session, { now }) => updateSession(session, wish, now),
      options,
    );
  }

  /** A store to which something happens between the first time it has loaded a stream and its decision. */
  function slowStore(meanwhile: () => Promise<void>): Promise<EventStore> {
    let isFirst = true;
    const loads = {
      query: async (statement: Parameters<Queryable['query']>[0]) => {
        const answer = await database.reads.query(statement);
        if (isFirst) {
          isFirst = false;
          await meanwhile();
        }
        return answer;
      },
    };
    return testStore(database, { loads });
  }

  async function log(sid: string): Promise<{ type: string; version: number }[]> {
    const { rows } = await database.admin.query<{ type: string; version: number }>(
      'select type, version from maskline.event where stream_id = $1 order by version',
      [sid],
    );
    return rows;
  }

  const typesOf = async (sid: string) => (await log(sid)).map(({ type }) => type);

  async function row(table: 'service' | 'session', sid: string): Promise<object | null> {
    const { rows } = await database.admin.query<object>(`select * from maskline.${table} where sid = $1`, [
      sid,
    ]);
    return rows[0] ?? null;
  }

  async function foldedState(sid: string): Promise<Session> {
    let session: Session = sessionStream.initial;
    const place = { partition: 0, streamId: sid };
    for await (const { event, occurredAt } of readStream(database.reads, place, {})) {
      // The log of a session holds session events.
      session = sessionStream.evolve(session, event as SessionEvent, occurredAt);
    }
    return session;
  }

  async function storedState(sid: string): Promise<{ state: Session | null; state_schema: number }> {
    const { rows } = await database.admin.query<{ state: Session | null; state_schema: number }>(
      'select state, state_schema from maskline.stream where stream_id = $1',
      [sid],
    );
    const [found] = rows;
    if (found === undefined) throw new Error('no stream');
    return found;
  }

  describe('what a command leaves behind', () => {
    it('is the state that its events fold to, and the rows that they project to', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid, rows } = await newSession(context, service, { uniqueName: 'order 1', ttl: 600 });
      expect(await row('session', sid)).toMatchObject(rows['session'] ?? {});

      const wishes: SessionUpdate[] = [
        { ttl: 60 },
        { dateExpiry: '2999-01-01T00:00:00.000Z', status: 'in-progress' },
        { status: 'closed' },
        { status: 'in-progress', ttl: 30 },
      ];
      for (const wish of wishes) {
        const changed = await update(context, sid, wish);
        expect(await row('session', sid)).toMatchObject(changed.rows['session'] ?? { version: -1 });
        expect(await storedState(sid)).toEqual({ state: await foldedState(sid), state_schema: today });
      }
      expect(await store.load(sessionStream, sid, context.accountSid)).toMatchObject({
        version: 7,
        state: { status: 'in-progress', ttl: 30, uniqueName: 'order 1' },
      });
    });

    it('is nothing but the history when the stream is deleted', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid } = await newSession(context, service, { uniqueName: 'order 1' });
      await store.change(sessionStream, sid, context, deleteSession);
      expect(await row('session', sid)).toBeNull();
      expect(await storedState(sid)).toEqual({ state: null, state_schema: today });
      expect(await typesOf(sid)).toEqual(['SessionCreated', 'SessionDeleted']);
      await expect(update(context, sid, { ttl: 1 })).rejects.toMatchObject({ code: 'session-not-found' });
      // Its name is free.
      await newSession(context, service, { uniqueName: 'order 1' });
    });

    it('is nothing at all when the decision is to change nothing', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid, rows } = await newSession(context, service, { ttl: 60 });
      // What it was decided on is told: others may have changed it since.
      expect(await update(context, sid, { ttl: 60 })).toEqual({
        sid,
        version: 1,
        isDuplicate: false,
        rows,
        children: new Map(),
      });
      expect(await typesOf(sid)).toEqual(['SessionCreated']);
    });

    it('carries who asked, and within what', async () => {
      const context = newContext({
        actor: 'SK1',
        correlationId: 'the cause',
        causationId: 'an event',
        traceParent: '00-1-2-01',
      });
      const sid = await newService(context);
      const [event] = await collect(readStream(database.reads, { partition: 0, streamId: sid }, {}));
      expect(event).toMatchObject({
        actor: 'SK1',
        requestId: 'RQ1',
        correlationId: 'the cause',
        causationId: 'an event',
        traceParent: '00-1-2-01',
        accountSid: context.accountSid,
      });
    });
  });

  describe('names', () => {
    it('are held once in their account and service, and freed by a new name', async () => {
      const context = newContext();
      const service = await newService(context, 'rides');
      await expect(newService(context, 'rides')).rejects.toMatchObject({ code: 'service-name-taken' });
      await newService(newContext(), 'rides');
      await store.change(serviceStream, service, context, (state) =>
        updateService(state, { uniqueName: 'trips' }),
      );
      await newService(context, 'rides');

      await newSession(context, service, { uniqueName: 'order 1' });
      await expect(newSession(context, service, { uniqueName: 'order 1' })).rejects.toMatchObject({
        code: 'session-name-taken',
      });
      await newSession(context, await newService(context, 'food'), { uniqueName: 'order 1' });
    });

    it('are no reason to keep others waiting when very many ask for one', async () => {
      const context = newContext();
      const service = await newService(context);
      await newSession(context, service, { uniqueName: 'held' });
      let refused = 0;
      const flood = Promise.allSettled(
        Array.from({ length: 1000 }, async () => {
          await newSession(context, service, { uniqueName: 'held' }).catch(() => refused++);
        }),
      );
      const stranger = newContext();
      const elsewhere = await newService(stranger);
      await newSession(stranger, elsewhere);
      // With the names one after the other before everybody else, all of them would have been refused by now.
      expect(refused).toBeLessThan(500);
      await flood;
      expect(refused).toBe(1000);
    });

    it('go to one of many who ask for them at once, in two processes', async () => {
      const context = newContext();
      const service = await newService(context);
      const results = await Promise.allSettled(
        Array.from({ length: 40 }, (_, i) =>
          newSession(context, service, { uniqueName: 'order 1' }, i % 2 === 0 ? store : other),
        ),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') {
          expect(result.reason).toMatchObject({ code: 'session-name-taken' });
        }
      }
    });
  });

  describe('a creation', () => {
    const counting = (counted: string[]) => ({
      query: (statement: Parameters<Queryable['query']>[0]) => {
        counted.push(statement.name);
        return database.reads.query(statement);
      },
    });

    it('loads nothing when the database has just told its time and the stream above', async () => {
      const context = newContext();
      const service = await newService(context);
      const loads: string[] = [];
      const recent = await testStore(database, { loads: counting(loads) });
      await newSession(context, service, {}, recent);
      expect(loads).toEqual(['load']);
      const { sid } = await newSession(context, service, { ttl: 60 }, recent);
      expect(loads).toEqual(['load']);
      const { rows } = await database.admin.query<{ off: number }>(
        `select extract(epoch from recorded_at - occurred_at)::float8 as off from maskline.event where stream_id = $1`,
        [sid],
      );
      expect(rows[0]?.off).toBeGreaterThanOrEqual(-0.05);
      // As long as the event was on its way, which may be some time.
      expect(rows[0]?.off).toBeLessThan(20);
    });

    it('is decided again when the stream above has moved on or gone meanwhile, by whomever', async () => {
      const context = newContext();
      const { accountSid } = context;
      const service = await newService(context);
      const parent = { stream: serviceStream, id: service };
      const ttlOfNext = async () => {
        const seen: number[] = [];
        const { sid } = await other.create(
          sessionStream,
          newSid('KC'),
          context,
          parent,
          ({ now, parent }) => {
            if (parent?.status !== 'live') throw new DomainError('service-not-found', 'no such service');
            const ttl = parent.defaultTtl;
            seen.push(ttl);
            const wish = {
              accountSid,
              serviceSid: service,
              uniqueName: null,
              ttl,
              dateExpiry: null,
            } as const;
            return createSession(sessionStream.initial, { ...wish, mode: 'voice-only', status: 'open' }, now);
          },
        );
        expect(seen.at(-1)).toBe(((await row('session', sid)) as { ttl: number }).ttl);
        return seen.at(-1);
      };
      expect(await ttlOfNext()).toBe(0);
      for (let ttl = 10; ttl < 15; ttl++) {
        await store.change(serviceStream, service, context, (state) =>
          updateService(state, { defaultTtl: ttl }),
        );
        expect(await ttlOfNext()).toBe(ttl);
      }
      await store.change(serviceStream, service, context, deleteService);
      await expect(ttlOfNext()).rejects.toMatchObject({ code: 'service-not-found' });
    });

    it('gets on while somebody changes the stream above all the time', async () => {
      const context = newContext();
      const service = await newService(context);
      let isDone = false;
      const changing = async () => {
        for (let ttl = 0; !isDone; ttl++) {
          await other.change(serviceStream, service, context, (state) =>
            updateService(state, { defaultTtl: ttl % 1000 }),
          );
        }
      };
      const changes = Promise.all([changing(), changing()]);
      try {
        for (let i = 0; i < 100; i++)
          expect(await newSession(context, service)).toMatchObject({ version: 1 });
      } finally {
        isDone = true;
        await changes;
      }
    });

    it('is refused only for what is so now', async () => {
      const context = newContext();
      const service = await newService(context);
      await newSession(context, service);
      const parent = { stream: serviceStream, id: service };
      const refuse = (allowed: number) =>
        store.create(sessionStream, newSid('KC'), context, parent, ({ parent: above }) => {
          if (above?.status === 'live' && above.defaultTtl !== allowed) {
            throw new DomainError('session-closed', 'not with this service');
          }
          return [];
        });
      await other.change(serviceStream, service, context, (state) => updateService(state, { defaultTtl: 7 }));
      await expect(refuse(8)).rejects.toMatchObject({ code: 'session-closed' });
      expect(await refuse(7)).toMatchObject({ version: 0 });
    });

    it('sees nothing of what another account has created lately', async () => {
      const context = newContext();
      const service = await newService(context);
      await newSession(context, service);
      await newSession(context, service);
      await expect(newSession(newContext(), service)).rejects.toMatchObject({ code: 'service-not-found' });
    });
  });

  describe('a deleted parent', () => {
    it('is all that is told of what is below it, whatever else could be refused', async () => {
      const context = newContext();
      const service = await newService(context);
      const [open, closed] = [await newSession(context, service), await newSession(context, service)];
      await update(context, closed.sid, { status: 'closed' });
      await store.change(serviceStream, service, context, deleteService);
      const gone = { code: 'service-not-found' };
      await expect(update(context, closed.sid, { ttl: 5 })).rejects.toMatchObject(gone);
      await expect(update(context, closed.sid, { status: 'open' })).rejects.toMatchObject(gone);
      await expect(update(context, open.sid, { status: 'failed' })).rejects.toMatchObject(gone);
      await expect(update(context, open.sid, { status: 'open' })).rejects.toMatchObject(gone);
      await expect(
        update(context, open.sid, { dateExpiry: '2000-01-01T00:00:00.000Z' }),
      ).rejects.toMatchObject(gone);
    });

    it('takes no more events below it, but the cascade’s own', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid } = await newSession(context, service);
      await store.change(serviceStream, service, context, deleteService);
      await expect(newSession(context, service)).rejects.toMatchObject({ code: 'service-not-found' });
      await expect(update(context, sid, { ttl: 5 })).rejects.toMatchObject({ code: 'service-not-found' });
      await expect(store.change(sessionStream, sid, context, deleteSession)).rejects.toMatchObject({
        code: 'service-not-found',
      });
      await store.change(sessionStream, sid, context, deleteSession, { isCascade: true });
      expect(await typesOf(sid)).toEqual(['SessionCreated', 'SessionDeleted']);
    });
  });

  describe('another account', () => {
    it('sees nothing of a stream and cannot change it', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid } = await newSession(context, service);
      const stranger = newContext();
      expect(await store.load(sessionStream, sid, stranger.accountSid)).toMatchObject({
        version: 0,
        state: { status: 'absent' },
      });
      await expect(update(stranger, sid, { ttl: 5 })).rejects.toMatchObject({ code: 'session-not-found' });
      await expect(newSession(stranger, service)).rejects.toMatchObject({ code: 'service-not-found' });
    });
  });

  describe('many writers on one stream', () => {
    it('all get through, one after the other, and every acknowledgement is in the log', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid } = await newSession(context, service);
      const changes = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          update(context, sid, { ttl: i + 1 }, i % 2 === 0 ? store : other),
        ),
      );
      expect(changes.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, i) => i + 2),
      );
      expect((await log(sid)).map(({ version }) => version)).toEqual(
        Array.from({ length: 61 }, (_, i) => i + 1),
      );
      expect((await storedState(sid)).state).toEqual(await foldedState(sid));
    });

    it('decides again on a stream that went on by more events than a conflict hands back', async () => {
      const context = newContext();
      const { sid } = await newSession(context, await newService(context));
      const slow = await slowStore(async () => {
        for (let ttl = 1; ttl <= 70; ttl++) await update(context, sid, { ttl });
      });
      expect(await update(context, sid, { ttl: 7777 }, slow)).toMatchObject({ version: 72 });
      expect((await storedState(sid)).state).toEqual(await foldedState(sid));
      expect((await storedState(sid)).state).toMatchObject({ ttl: 7777 });
    });

    it('takes up what a conflict hands back', async () => {
      const context = newContext();
      const { sid } = await newSession(context, await newService(context));
      const slow = await slowStore(async () => {
        for (let ttl = 1; ttl <= 60; ttl++) await update(context, sid, { ttl });
      });
      const changed = await update(context, sid, { status: 'in-progress' }, slow);
      expect(changed.version).toBe(62);
      expect(await row('session', sid)).toMatchObject(changed.rows['session'] ?? { version: -1 });
      expect((await storedState(sid)).state).toEqual(await foldedState(sid));
    });
  });

  describe('a client’s key', () => {
    const keyed = (over: Partial<EventContext> = {}, fingerprint = 'asked once') =>
      newContext({ idempotency: { commandId: randomUUID(), fingerprint }, ...over });

    it('gets the first outcome again, also in another process and after the world has moved on', async () => {
      const context = keyed();
      const plain = { ...context, idempotency: null };
      const service = await newService(plain);
      const first = await newSession(context, service, { uniqueName: 'order 1' });
      expect(first.isDuplicate).toBe(false);
      await update(plain, first.sid, { ttl: 5 });
      const again = await newSession(context, service, { uniqueName: 'order 1' }, other);
      expect(again).toEqual({ sid: first.sid, version: 1, isDuplicate: true, rows: {}, children: new Map() });
      await store.change(sessionStream, first.sid, plain, deleteSession);
      expect(await newSession(context, service, { uniqueName: 'order 1' })).toMatchObject({
        isDuplicate: true,
      });
    });

    it('is refused with another request', async () => {
      const context = keyed();
      const service = await newService({ ...context, idempotency: null });
      const { sid } = await newSession(context, service);
      const reused = {
        ...context,
        idempotency: { commandId: context.idempotency?.commandId ?? '', fingerprint: 'b' },
      };
      await expect(newSession(reused, service)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
      await expect(update(reused, sid, { ttl: 5 }, other)).rejects.toMatchObject({
        code: 'idempotency-key-reused',
      });
    });

    it('is free again when the first try failed', async () => {
      const context = keyed();
      const plain = { ...context, idempotency: null };
      const service = await newService(plain);
      const holder = await newSession(plain, service, { uniqueName: 'order 1' });
      await expect(newSession(context, service, { uniqueName: 'order 1' })).rejects.toMatchObject({
        code: 'session-name-taken',
      });
      await store.change(sessionStream, holder.sid, plain, deleteSession);
      expect(await newSession(context, service, { uniqueName: 'order 1' })).toMatchObject({
        isDuplicate: false,
      });
    });

    it('many times in flight, in two processes, is done once', async () => {
      const context = keyed();
      const service = await newService({ ...context, idempotency: null });
      const changes = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          newSession(context, service, { uniqueName: 'order 1' }, i % 2 === 0 ? store : other),
        ),
      );
      expect(new Set(changes.map(({ sid }) => sid)).size).toBe(1);
      expect(changes.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
    });

    it('remembers a change that changed nothing, and one that a retry would be refused', async () => {
      const context = keyed();
      const plain = { ...context, idempotency: null };
      const service = await newService(plain);
      const { sid } = await newSession(plain, service, { ttl: 60 });
      expect(await update(context, sid, { ttl: 60 })).toMatchObject({ version: 1, isDuplicate: false });
      expect(await update(context, sid, { ttl: 60 })).toMatchObject({ version: 1, isDuplicate: true });

      const closing = keyed({ accountSid: context.accountSid });
      expect(await update(closing, sid, { status: 'closed' })).toMatchObject({ isDuplicate: false });
      // Closing what is closed is refused; the same request again is not.
      expect(await update(closing, sid, { status: 'closed' }, other)).toMatchObject({ isDuplicate: true });
    });
  });

  describe('a state of another shape', () => {
    /** The session as the next version would keep it. */
    const next: Stream<Session, SessionEvent> = { ...sessionStream, stateSchema: today + 1 };
    const touch = (stream: Stream<Session, SessionEvent>, context: EventContext, sid: string, ttl: number) =>
      store.change(stream, sid, context, (session, { now }) => updateSession(session, { ttl }, now));

    it('is not used: the events are folded', async () => {
      const context = newContext();
      const { sid } = await newSession(context, await newService(context), { ttl: 60 });
      await database.admin.query(
        `update maskline.stream set state = '{"status":"of another world"}', state_schema = 7 where stream_id = $1`,
        [sid],
      );
      expect(await store.load(sessionStream, sid, context.accountSid)).toMatchObject({
        version: 1,
        state: { status: 'open', ttl: 60 },
      });
    });

    it('is never overwritten by an older writer, and replaced by a newer one', async () => {
      const context = newContext();
      const { sid } = await newSession(context, await newService(context));
      await touch(next, context, sid, 10);
      expect(await storedState(sid)).toMatchObject({ state: { ttl: 10 }, state_schema: today + 1 });
      await touch(sessionStream, context, sid, 20);
      expect(await storedState(sid)).toEqual({ state: null, state_schema: 0 });
      expect(await store.load(next, sid, context.accountSid)).toMatchObject({
        version: 3,
        state: { ttl: 20 },
      });
      await touch(next, context, sid, 30);
      expect(await storedState(sid)).toMatchObject({ state: { ttl: 30 }, state_schema: today + 1 });
      expect((await storedState(sid)).state).toEqual(await foldedState(sid));
    });

    it('makes an old process refuse a stream with events that it does not know', async () => {
      const context = newContext();
      const { sid } = await newSession(context, await newService(context));
      await update(context, sid, { ttl: 5 });
      await database.admin.query(
        `with changed as (update maskline.event set type = 'SessionRenamed' where stream_id = $1 and version = 2)
         update maskline.stream set state_schema = $2 where stream_id = $1`,
        [sid, today + 1],
      );
      await expect(touch(sessionStream, context, sid, 5)).rejects.toMatchObject({ code: 'overloaded' });
    });
  });

  // The last ones, for the time of the log never goes backwards again.
  describe('an overdue session', () => {
    let minutes = 0;

    function passTwoMinutes(): Promise<void> {
      minutes += 2;
      return moveClock(database, `${minutes} minutes`);
    }

    it('is ended first, by a command of its own, then the wish is decided', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid } = await newSession(context, service, { ttl: 60 });
      await passTwoMinutes();
      await expect(update(context, sid, { ttl: 600 })).rejects.toMatchObject({ code: 'session-closed' });
      expect(await typesOf(sid)).toEqual(['SessionCreated', 'SessionExpired']);
      await update(context, sid, { status: 'in-progress' });
      expect(await typesOf(sid)).toEqual(['SessionCreated', 'SessionExpired', 'SessionReopened']);
      const { rows } = await database.admin.query(
        'select actor, command_id from maskline.event where stream_id = $1 order by version',
        [sid],
      );
      expect(rows[1]).toMatchObject({ actor: 'system:expiry' });
    });

    it('expires once, whoever notices, and one of them is told that it did it', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid } = await newSession(context, service, { ttl: 60 });
      expect(await store.expire(sessionStream, sid, context)).toBe(false);
      await passTwoMinutes();
      const told = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? store : other).expire(sessionStream, sid, context),
        ),
      );
      expect(told.filter(Boolean)).toHaveLength(1);
      expect(await typesOf(sid)).toEqual(['SessionCreated', 'SessionExpired']);
      expect(await store.expire(sessionStream, sid, context)).toBe(false);
    });

    it('is as old as the database says, however lately it told another time', async () => {
      const context = newContext();
      const service = await newService(context);
      await newSession(context, service);
      await passTwoMinutes();
      const { sid } = await newSession(context, service, { ttl: 60 });
      expect(await store.expire(sessionStream, sid, context)).toBe(false);
      const { rows } = await database.admin.query<{ off: number }>(
        `select abs(extract(epoch from recorded_at - occurred_at))::float8 as off from maskline.event where stream_id = $1`,
        [sid],
      );
      // Not two minutes.
      expect(rows[0]?.off).toBeLessThan(20);
    });

    it('takes no decision that was made before its deadline and arrives after it', async () => {
      const context = newContext();
      const { sid } = await newSession(context, await newService(context), { ttl: 60 });
      const slow = await slowStore(passTwoMinutes);
      await expect(update(context, sid, { ttl: 600 }, slow)).rejects.toMatchObject({
        code: 'session-closed',
      });
      expect(await typesOf(sid)).toEqual(['SessionCreated', 'SessionExpired']);
    });

    it('is neither made nor made so by a decision that arrives after the end it gives', async () => {
      const context = newContext();
      const service = await newService(context);
      const inOneMinute = async () => {
        const { rows } = await database.admin.query<{ at: string }>(
          `select maskline.clock() + interval '1 minute' as at`,
        );
        return rows[0]?.at ?? '';
      };
      const creating = newSession(
        context,
        service,
        { dateExpiry: await inOneMinute() },
        await slowStore(passTwoMinutes),
      );
      await expect(creating).rejects.toMatchObject({ code: 'parameter-invalid' });

      const { sid } = await newSession(context, service);
      const dated = { dateExpiry: await inOneMinute() };
      await expect(update(context, sid, dated, await slowStore(passTwoMinutes))).rejects.toMatchObject({
        code: 'parameter-invalid',
      });
      expect(await typesOf(sid)).toEqual(['SessionCreated']);
    });

    it('gets its whole ttl, however slowly it was created', async () => {
      const context = newContext();
      const service = await newService(context);
      const { sid } = await newSession(context, service, { ttl: 60 }, await slowStore(passTwoMinutes));
      expect(await store.expire(sessionStream, sid, context)).toBe(false);
      expect(await typesOf(sid)).toEqual(['SessionCreated']);
    });
  });
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
