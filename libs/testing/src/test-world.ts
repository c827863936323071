import { createSecretKey, randomBytes } from 'node:crypto';
import { openStore, type Store } from '#application';
import { createService, createSession, deleteService, serviceStream, sessionStream } from '#domain';
import { ensurePartitions, type EventContext } from '#event-store';
import { newSid, type Database } from '#platform';
import { cleanUp } from './clean-up.js';

/** The event store over a test database, of one partition unless the spec asks for more. */
export async function testWorld(database: Database, partitions = 1): Promise<Store> {
  await ensurePartitions(database.admin, partitions);
  const ignored = { flushed: () => undefined, conflicted: () => undefined };
  const store = await openStore(database, createSecretKey(randomBytes(32)), ignored);
  store.wake.start();
  cleanUp(async () => {
    await store.events.drain();
    await store.wake.stop();
  });
  return store;
}

function contextOf(accountSid: string): EventContext {
  return {
    accountSid,
    actor: accountSid,
    requestId: null,
    correlationId: 'spec',
    causationId: null,
    traceParent: null,
    idempotency: null,
  };
}

/** A service of an account, made without HTTP, and what specs do with it. */
export async function testService({ events }: Pick<Store, 'events'>, accountSid = newSid('AC')) {
  const context = contextOf(accountSid);
  const settings = {
    uniqueName: newSid('KS'),
    defaultTtl: 0,
    callbackUrl: null,
    interceptCallbackUrl: null,
    outOfSessionCallbackUrl: null,
    geoMatchLevel: 'country',
    numberSelectionBehavior: 'prefer-sticky',
    chatInstanceSid: null,
  } as const;
  const { sid } = await events.create(serviceStream, newSid('KS'), context, null, () =>
    createService(serviceStream.initial, { ...settings, accountSid }),
  );
  return {
    sid,
    accountSid,
    context,
    /** Makes sessions that end by themselves after `ttl` seconds or at `dateExpiry`; answers their SIDs. */
    addSessions: (
      count: number,
      { ttl = 0, dateExpiry = null }: { ttl?: number; dateExpiry?: string | null },
    ) =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const parent = { stream: serviceStream, id: sid };
          const session = {
            accountSid,
            serviceSid: sid,
            uniqueName: null,
            mode: 'voice-and-message',
            ttl,
            dateExpiry,
            status: 'open',
          } as const;
          const created = await events.create(sessionStream, newSid('KC'), context, parent, ({ now }) =>
            createSession(sessionStream.initial, session, now),
          );
          return created.sid;
        }),
      ),
    delete: () => events.change(serviceStream, sid, context, deleteService),
  };
}
