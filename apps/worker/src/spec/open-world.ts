import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Registry } from 'prom-client';
import type { Store } from '#application';
import type { OpenCarrier } from '#carrier';
import { openQueues, type QueueBackend } from '#queues';
import { cleanUp, redisUrl, testDatabase, testModules, testWorld } from '#testing';
import type { Database } from '#platform';
import { WorkerModule } from '../worker.module.js';

@Module({})
class Process {}

interface Settings {
  readonly EXPIRY_HORIZON?: number;
  readonly SWEEPER?: boolean;
  readonly carrier?: OpenCarrier;
  readonly CALLBACK_FAIL_DAYS?: number;
  readonly RETENTION_DAYS?: number;
}

type Backend = 'postgres' | 'redis' | 'absent redis' | 'absent postgres' | { readonly redis: string };

export type World = Awaited<ReturnType<typeof openWorld>>;

/** For specs: a database and a store, and workers in this process with queues on the backend asked for, or on none. */
export async function openWorld(backend: Backend) {
  const { url, database } = await testDatabase();
  const store = await testWorld(database);
  const redis = await redisOf(backend);
  const config = { DATABASE_URL: url, REDIS_URL: redis ?? undefined };
  const queues = openQueues(config, 'test');
  // Without its schema, BullMQ is as good as absent.
  if (backend !== 'absent postgres') await queues.migrate();
  cleanUp(() => queues.close());
  return {
    database,
    store,
    queues,
    /** For a worker or consumer in a process of its own. */
    env: { DATABASE_URL: url, ...(redis !== null && { REDIS_URL: redis }) },
    startWorker: (settings: Settings = {}) => startWorker(store, queues, settings),
    endsOf: () => endsOf(database),
  };
}

async function redisOf(backend: Backend): Promise<string | null> {
  if (typeof backend === 'object') return backend.redis;
  if (backend === 'redis') return redisUrl();
  return backend === 'absent redis' ? 'redis://127.0.0.1:1' : null;
}

async function startWorker(store: Store, queues: QueueBackend, { carrier, ...settings }: Settings) {
  const metrics = new Registry();
  const config = {
    EXPIRY_HORIZON: 60,
    SWEEPER: false,
    CALLBACK_FAIL_DAYS: 5,
    DELIVERY_DAYS: 30,
    RETENTION_DAYS: 0,
    ...settings,
  };
  const modules = testModules(store, carrier === undefined ? {} : { carrier });
  const imports = [...modules, WorkerModule.register({ queues, metrics, config })];
  const app = await NestFactory.createApplicationContext({ module: Process, imports }, { logger: false });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await app.close();
  };
  cleanUp(stop);
  return {
    stop,
    /** How many sessions this worker has ended, by what woke it. */
    expired: async (by: 'bucket' | 'sweeper') => {
      const metric = await metrics.getSingleMetric('maskline_expired_sessions_total')?.get();
      return metric?.values.find(({ labels }) => labels['by'] === by)?.value ?? 0;
    },
  };
}

/** How each session ended by itself: seconds from the deadline to the record of it. */
async function endsOf(database: Database): Promise<{ sid: string; late: number }[]> {
  const { rows } = await database.reads.query<{ sid: string; late: number }>(
    `select stream_id as sid, extract(epoch from recorded_at - (data ->> 'at')::timestamptz)::float8 as late
     from maskline.event where type = 'SessionExpired'`,
  );
  return rows;
}
