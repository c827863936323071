import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import {
  NO_CONCURRENCY_CHECK,
  STREAM_DOES_NOT_EXIST,
  type Event,
  type ExpectedStreamVersion,
} from '@event-driven-io/emmett';
import { getPostgreSQLEventStore, type PostgresEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { WrongVersion, type Expected, type Follower, type OpenStore, type Peer } from '../peer.js';

type Noted = Event<'Noted', Record<string, unknown>>;

/** Connections of a process. */
const connections = 10;
/** Seconds after which another takes a processor over: as long as our lease; its own default is 300. */
const lockSeconds = 15;

export const emmett: Peer = {
  name: `emmett ${versionOf('@event-driven-io/emmett-postgresql')}`,
  settings: [
    `@event-driven-io/emmett-postgresql ${versionOf('@event-driven-io/emmett-postgresql')} over pg ${versionOf('pg')}`,
    'schema.migrate() beforehand, then autoMigration None',
    `a pg.Pool of ${connections} connections a process`,
    'new streams with STREAM_DOES_NOT_EXIST, others with the number of their events',
    'consumer().reactor() with the default batch of 100 and wait of 50 ms, its effects through the context’s connection',
    `the processor’s lock ends after ${lockSeconds} s`,
    'a consumer that ended by itself, also because another holds the lock, is started again after a second',
    'for clock-jumps a now() stands before PostgreSQL’s own in the search path',
  ].join('; '),
  notPromised: {
    'keyed-retry': 'it has no command id: its answer to a retry is the expected version',
    'one-reader': 'its documentation speaks of checkpoints, not of effects that happen once',
  },
  log: { table: 'emt_messages', stream: 'stream_id', version: 'stream_position' },
  isCommit: (bytes) => bytes.includes('COMMIT\0'),
  async install(url) {
    const store = getPostgreSQLEventStore(url);
    await store.schema.migrate();
    await store.close();
  },
  open: (url) => Promise.resolve(open(url)),
  moveClock,
};

function open(url: string): OpenStore {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  // Whoever uses a connection that is lost gets the error from the statement.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const store = getPostgreSQLEventStore(url, {
    schema: { autoMigration: 'None' },
    connectionOptions: { pooled: true, pool },
  });
  return {
    async append(stream, facts, expected) {
      const events = facts.map((data): Noted => ({ type: 'Noted', data: { ...data } }));
      await store
        .appendToStream<Noted>(stream, events, { expectedStreamVersion: versionFor(expected) })
        .catch((error: unknown) => {
          throw isConflict(error) ? new WrongVersion(stream) : error;
        });
    },
    async read(stream) {
      const { events } = await store.readStream<Noted>(stream);
      return events.map(({ data }) => data);
    },
    follow: (name, effect) => follow(store, name, effect),
    async close() {
      await store.close();
      await pool.end();
    },
  };
}

/** A consumer ends with the first error, so it is started again, as a supervisor would. */
function follow(
  store: PostgresEventStore,
  name: string,
  effect: Parameters<OpenStore['follow']>[1],
): Follower {
  const stop = new AbortController();
  let stopConsumer: () => Promise<void> = () => Promise.resolve();
  const run = async () => {
    while (!stop.signal.aborted) {
      const consumer = store.consumer<Noted>();
      stopConsumer = () => consumer.stop();
      consumer.reactor<Noted>({
        processorId: name,
        lock: { timeoutSeconds: lockSeconds },
        eachMessage: async ({ metadata }, { connection }) => {
          const { streamName, streamPosition, globalPosition } = metadata;
          const followed = {
            stream: streamName,
            version: Number(streamPosition),
            position: Number(globalPosition),
          };
          // emmett hands out the client of its transaction, which is node-postgres’s.
          await effect([followed], connection.client);
        },
      });
      await consumer.start().catch(() => undefined);
      await pause(1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stop.abort();
      await stopConsumer().catch(() => undefined);
      await running;
    },
  };
}

/**
 * Its functions ask now(), found by the search path of the session: there stands one before PostgreSQL’s own that runs ahead.
 * Connections that were there before keep the right time.
 */
async function moveClock(url: string, ahead: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create schema if not exists moved`);
    await client.query(
      `create or replace function moved.now() returns timestamptz language sql stable
       as $$ select pg_catalog.now() + interval '${ahead}' $$`,
    );
    await client.query(
      `do $$ begin execute format('alter database %I set search_path = moved, pg_catalog, public', current_database()); end $$`,
    );
  } finally {
    await client.end();
  }
}

function versionFor(expected: Expected): ExpectedStreamVersion {
  if (expected === 'no stream') return STREAM_DOES_NOT_EXIST;
  return expected === 'anything' ? NO_CONCURRENCY_CHECK : BigInt(expected);
}

/** By its name: each of the two packages brings a class of its own. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && error.constructor.name.endsWith('ExpectedVersionConflictError');
}

/** Each of them has its main file one folder below its package.json. */
function versionOf(dependency: string): string {
  const main = createRequire(import.meta.url).resolve(dependency);
  const text = readFileSync(join(dirname(main), '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
