import { forwardQueue, openQueues } from '#queues';
import { cleanUp, redisUrl, startService, testDatabase, type Service } from '#testing';

/** An API and workers in processes of their own, over one database and one backend of BullMQ. */
export async function startFleet(backend: 'postgres' | 'redis') {
  const { url: DATABASE_URL, database } = await testDatabase();
  const REDIS_URL = backend === 'redis' ? await redisUrl() : undefined;
  const queues = openQueues({ DATABASE_URL, REDIS_URL }, 'test');
  cleanUp(() => queues.close());
  await queues.migrate();
  const forwards = forwardQueue(queues);
  cleanUp(() => forwards.stop());
  forwards.start();
  await forwards.connected();

  const env = {
    DATABASE_URL,
    CALLBACK_REACH: 'loopback',
    ...(REDIS_URL !== undefined && { REDIS_URL }),
  };
  const api = await startService('api', { env });
  return {
    database,
    api,
    forwards,
    startWorker: () => startService('worker', { like: api, env: { ...env, PUBLIC_URL: api.url } }),
    /** On the port that numbers report to. */
    startApiAgain: (): Promise<Service> =>
      startService('api', { like: api, env: { ...env, PORT: new URL(api.url).port } }),
  };
}
