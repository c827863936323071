import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { ServerConfig } from './config.js';

/** BullMQ's schema comes first: its statements name no schema. Its own clean-up uses types of pg_catalog only. */
const SEARCH_PATH = '-c search_path=bullmq,public';

/** Besides those on which the workers of a process listen, one each, with which the pool grows. */
const CONNECTIONS = 9;

/**
 * The connections of all queues of a process, when BullMQ works on PostgreSQL. Left to itself BullMQ opens ten and
 * more for each queue and worker. The types are the driver's own, which BullMQ expects.
 */
export function openQueuePool({ DATABASE_URL }: Pick<ServerConfig, 'DATABASE_URL'>, role: string): pg.Pool {
  const url = new URL(DATABASE_URL);
  const options = [url.searchParams.get('options'), SEARCH_PATH].filter(Boolean).join(' ');
  url.searchParams.set('options', options);
  const pool = new pg.Pool({
    connectionString: url.href,
    application_name: `maskline ${role} queues`,
    max: CONNECTIONS,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 15_000,
    query_timeout: 20_000,
  });
  const logger = new Logger('QueuePool');
  // Every queue and worker listens for errors of the shared pool as well.
  pool.setMaxListeners(0);
  pool.on('error', (error) => {
    logger.warn(`an idle connection was lost: ${error.message}`);
  });
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}
