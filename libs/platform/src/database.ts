import { Logger } from '@nestjs/common';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { columnTypes } from './database-types.js';
import type { Config, ServerConfig } from './config.js';
import { Pipeline } from './database-pipeline.js';
import { setUpPooled } from './database-pooler.js';
import { UnnamedClient } from './database-unnamed-client.js';

interface Budget {
  readonly max: number;
  /** Every transaction stands alone, so that a pooler between may give each another connection. */
  readonly isPoolable: boolean;
  /** Statements that always find what they look for by an index, also by a plan that was made while the table was empty. */
  readonly isIndexed: boolean;
  /** Seconds that the server works on one statement, and how long it waits for a lock; 0 = no limit. */
  readonly statement: number;
  readonly lock: number;
}

/**
 * Connections are kept apart by purpose, so that none waits for another: appends go on while every reader
 * is busy, and a rebuild never starves requests. With BullMQ's shared pool they fit a server of 60. `reads` is what requests ask
 * beside their command, and the little that they write without one (a counter, an alert): it needs the primary.
 */
const budgets = {
  append: { max: 2, isPoolable: true, isIndexed: true, statement: 15, lock: 5 },
  reads: { max: 6, isPoolable: true, isIndexed: true, statement: 10, lock: 5 },
  subscriptions: { max: 3, isPoolable: false, isIndexed: true, statement: 60, lock: 10 },
  /** Migrations, rebuild, verification, CLI, and what a process does once at its start: work of any length. */
  admin: { max: 3, isPoolable: false, isIndexed: false, statement: 0, lock: 0 },
} as const satisfies Record<string, Budget>;

export type Purpose = keyof typeof budgets;

const CONNECT_SECONDS = 5;

/** How appends and reads go, when not as everything else does. */
export interface Pooling {
  /** The database's URL by way of a pooler in transaction mode. */
  readonly poolUrl?: string | undefined;
  /** Whether they keep the names of their statements. */
  readonly isPrepared?: boolean | undefined;
}

/** The connections of one process to PostgreSQL, in pools by purpose. Nest's token for all of them. */
export class Database {
  private readonly logger = new Logger(Database.name);
  private readonly builders = new Map<Purpose, Kysely<unknown>>();
  private readonly pipelines: readonly Pipeline[];

  readonly append: pg.Pool;
  readonly reads: pg.Pool;
  readonly subscriptions: pg.Pool;
  readonly admin: pg.Pool;

  /** `role` is the process as `pg_stat_activity` names it, e.g. `api`. */
  constructor(
    private readonly url: string,
    private readonly role: string,
    readonly pooling: Pooling = {},
  ) {
    this.append = this.openPool('append');
    this.reads = this.openPool('reads');
    this.subscriptions = this.openPool('subscriptions');
    this.admin = this.openPool('admin');
    this.pipelines = Array.from(
      { length: budgets.append.max },
      () => new Pipeline(this.append, { isShared: pooling.poolUrl !== undefined }),
    );
  }

  /** The query builder over one of the pools; the caller names the tables, which platform does not know. */
  kysely<Tables>(purpose: Purpose): Kysely<Tables> {
    let builder = this.builders.get(purpose);
    if (builder === undefined) {
      builder = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: this[purpose] }) });
      this.builders.set(purpose, builder);
    }
    // The type parameter exists at compile time only: every builder is the same object underneath.
    return builder as Kysely<Tables>;
  }

  /** Where a partition's commands go: its appends wait for each other at its head row, so they share a connection. */
  pipeline(partition: number): Pipeline {
    const pipeline = this.pipelines[partition % this.pipelines.length];
    if (pipeline === undefined) throw new RangeError(`there is no partition ${partition}`);
    return pipeline;
  }

  /** A connection of its own, for LISTEN: it is the caller's to end, and no time-out ends it. */
  async openClient(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: withOptions(this.url, []),
      application_name: `maskline ${this.role} listen`,
      connectionTimeoutMillis: CONNECT_SECONDS * 1000,
      keepAlive: true,
    });
    // From the start: the server may end the connection in the same breath as it opens it, before the caller can listen.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Waits for the statements under way, then closes every connection. */
  async close(): Promise<void> {
    await Promise.all(this.pipelines.map((pipeline) => pipeline.close()));
    const pools = [this.append, this.reads, this.subscriptions, this.admin];
    await Promise.all(pools.filter((pool) => !pool.ending).map((pool) => pool.end()));
  }

  private openPool(purpose: Purpose): pg.Pool {
    const { max, isPoolable, isIndexed, statement, lock } = budgets[purpose];
    const { poolUrl, isPrepared = true } = isPoolable ? this.pooling : {};
    const ownSession = {
      connectionString: withOptions(this.url, isIndexed ? byIndex : []),
      statement_timeout: statement * 1000,
      lock_timeout: lock * 1000,
      idle_in_transaction_session_timeout: 60_000,
    };
    // The pool waits for the promise, which its types do not say.
    const pooledSession = {
      connectionString: poolUrl,
      onConnect: setUpPooled as (client: pg.ClientBase) => void,
    };
    const pool = new pg.Pool({
      ...(poolUrl === undefined ? ownSession : pooledSession),
      ...(!isPrepared && { Client: UnnamedClient }),
      application_name: `maskline ${this.role} ${purpose}`,
      max,
      types: columnTypes,
      connectionTimeoutMillis: CONNECT_SECONDS * 1000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      pipeline: purpose === 'append',
      // A server that is gone or stopped never answers: the driver's limit stands behind the server's own.
      query_timeout: statement === 0 ? 0 : (statement + CONNECT_SECONDS) * 1000,
    });
    // An error event without a listener ends the process. The pool has dropped the connection by then,
    // and whoever was using it gets the error from the statement itself.
    pool.on('error', (error) => {
      if (!pool.ending) this.logger.warn(`an idle ${purpose} connection was lost: ${error.message}`);
    });
    pool.on('connect', (client) => {
      client.on('error', () => undefined);
    });
    return pool;
  }
}

/** What of the configuration says where the database is. */
export type DatabaseConfig = Pick<ServerConfig, 'DATABASE_URL'> &
  Partial<Pick<Config, 'DATABASE_POOL_URL' | 'PREPARED_STATEMENTS'>>;

/** Opens no connection yet: each is made when the first statement needs it. */
export function openDatabase(config: DatabaseConfig, role: string): Database {
  const { DATABASE_URL, DATABASE_POOL_URL, PREPARED_STATEMENTS } = config;
  return new Database(DATABASE_URL, role, { poolUrl: DATABASE_POOL_URL, isPrepared: PREPARED_STATEMENTS });
}

/** A scan of an empty table costs nothing, so PostgreSQL plans one, and keeps the plan when the table has a million rows. */
const byIndex = ['enable_seqscan=off', 'enable_bitmapscan=off'];

/** Times are read as text (see database-types), so every session must be in UTC, whatever the server's zone. */
function withOptions(url: string, settings: readonly string[]): string {
  const parsed = new URL(url);
  const ours = ['TimeZone=UTC', 'DateStyle=ISO', ...settings].map((setting) => `-c ${setting}`);
  parsed.searchParams.set('options', [parsed.searchParams.get('options'), ...ours].filter(Boolean).join(' '));
  return parsed.href;
}
