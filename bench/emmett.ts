import {
  getPostgreSQLEventStore,
  type PostgresEventStore,
  type PostgresEventStoreOptions,
} from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import type { SessionCreated } from '#domain';
import { newSid } from '#platform';
import { nextSession } from './session-wish.js';

/** The best of 16, 32, 64 and 80 connections, tried at 64 writers with and without a projection. */
const CONNECTIONS = 32;

interface Emmett {
  readonly store: PostgresEventStore;
  readonly close: () => Promise<void>;
}

/** Emmett's store, its schema migrated beforehand so that no append looks for it. */
export async function openEmmett(
  url: string,
  projections: NonNullable<PostgresEventStoreOptions['projections']>,
): Promise<Emmett> {
  const migrating = getPostgreSQLEventStore(url, { projections });
  await migrating.schema.migrate();
  await migrating.close();

  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const store = getPostgreSQLEventStore(url, {
    projections,
    schema: { autoMigration: 'None' },
    connectionOptions: { pooled: true, pool },
  });
  return {
    store,
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}

const serviceSid = newSid('KS');

/** Appends to a new stream. Saying version 0 spares emmett the look for the stream that `STREAM_DOES_NOT_EXIST` costs. */
export function appendSession({ store }: Emmett) {
  const { status: _, ...data } = nextSession(serviceSid);
  return store.appendToStream<SessionCreated>(`session-${newSid('KC')}`, [{ type: 'SessionCreated', data }], {
    expectedStreamVersion: 0n,
  });
}
