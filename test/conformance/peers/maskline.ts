import { createSecretKey } from 'node:crypto';
import { openStore } from '#application';
import { DomainError, type Stream } from '#domain';
import {
  ensurePartitions,
  partitionOf,
  readStream,
  registerSubscription,
  Subscription,
  upcasters,
  type EventContext,
  type SqlSubscription,
} from '#event-store';
import { migrate, openDatabase, type Database } from '#platform';
import { WrongVersion, type Expected, type Follower, type OpenStore, type Peer } from '../peer.js';

const accountSid = 'AC00000000000000000000000000000001';

interface Noted {
  readonly type: 'Noted';
  readonly data: object;
}

/** A stream of any facts, whose state is how many they are. */
const notebook: Stream<{ readonly status: 'live' | 'deleted'; readonly length: number }, Noted> = {
  category: 'notebook',
  prefix: 'NB',
  stateSchema: 1,
  initial: { status: 'live', length: 0 },
  deleted: { status: 'deleted', length: 0 },
  evolve: ({ status, length }) => ({ status, length: length + 1 }),
};

export const maskline: Peer = {
  name: 'Maskline',
  settings:
    'as api and worker open it: one partition, batches of 128 commands, subscriptions of 500 events a batch, lease 15 s',
  notPromised: {},
  log: { table: 'maskline.event', stream: 'stream_id', version: 'version' },
  // A bound statement names itself. So does the connection, in the one message that begins with its length.
  isCommit: (bytes) => bytes[0] !== 0 && bytes.includes('append\0'),
  install: (url) =>
    onDatabase(url, async ({ admin }) => {
      await migrate(admin);
      await ensurePartitions(admin, 1);
    }),
  open,
  async moveClock(url, ahead) {
    // Only within jest, and readers and writers load this file outside of it.
    const { moveClock } = await import('#testing');
    await onDatabase(url, (database) => moveClock(database, ahead));
  },
};

async function onDatabase(url: string, work: (database: Database) => Promise<void>): Promise<void> {
  const database = openDatabase({ DATABASE_URL: url }, 'conformance');
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

async function open(url: string): Promise<OpenStore> {
  const database = openDatabase({ DATABASE_URL: url }, 'conformance');
  const unobserved = { flushed: () => undefined, conflicted: () => undefined };
  const store = await openStore(database, createSecretKey(Buffer.alloc(32)), unobserved);
  store.wake.start();
  return {
    async append(stream, facts, expected, commandId) {
      await store.events
        .change(notebook, stream, contextOf(commandId), ({ length }) => {
          if (!isAsExpected(length, expected)) throw notAsExpected;
          return facts.map((data) => ({ type: 'Noted', data }));
        })
        .catch((error: unknown) => {
          throw error === notAsExpected ? new WrongVersion(stream) : error;
        });
    },
    async read(stream) {
      const facts: object[] = [];
      const place = { partition: partitionOf(accountSid, store.events.partitions), streamId: stream };
      for await (const { event } of readStream(database.reads, place, upcasters)) facts.push(event.data);
      return facts;
    },
    follow(name, effect): Follower {
      const handle: SqlSubscription['handle'] = (events, tx) =>
        effect(
          events.map(({ streamId, version, position }) => ({ stream: streamId, version, position })),
          tx,
        );
      const options = { name, partition: 0, types: null, batchSize: 500, effects: 'sql', handle } as const;
      const subscription = new Subscription(database.subscriptions, store.wake, options, upcasters);
      const started = registerSubscription(database.admin, name, 0).then(() => subscription.start());
      return {
        stop: async () => {
          await started;
          await subscription.stop();
        },
      };
    },
    async close() {
      await store.events.drain();
      await store.wake.stop();
      await database.close();
    },
  };
}

/** Known by itself, for the model has no such refusal: its commands decide anew on what is so now. */
const notAsExpected = new DomainError('parameter-invalid', 'the stream is not as expected');

function isAsExpected(length: number, expected: Expected): boolean {
  if (expected === 'anything') return true;
  return length === (expected === 'no stream' ? 0 : expected);
}

function contextOf(commandId: string | undefined): EventContext {
  return {
    accountSid,
    actor: accountSid,
    requestId: null,
    correlationId: 'conformance',
    causationId: null,
    traceParent: null,
    idempotency: commandId === undefined ? null : { commandId, fingerprint: commandId },
  };
}
