import { Redis } from 'ioredis';
import { cleanUp } from './clean-up.js';
import { REDIS_DATABASES } from './redis-server.js';
import { knownServers } from './servers.js';

/** The backends of BullMQ at hand, for `describe.each`. */
export function queueBackends(): ('postgres' | 'redis')[] {
  return knownServers().redis === null ? ['postgres'] : ['postgres', 'redis'];
}

/**
 * The URL of an empty Redis database that this spec file has for itself. On a server that is not ours only a
 * database in which nothing lies is taken, so nobody's data is ever flushed.
 */
export async function redisUrl(): Promise<string> {
  const server = knownServers().redis;
  if (server === null) throw new Error('this run has no Redis');

  const counter = new Redis(server.url);
  try {
    const databases = server.isOurs ? REDIS_DATABASES : 16;
    for (let tries = 1; tries < databases; tries += 1) {
      const number = 1 + ((await counter.incr('maskline-test:databases')) % (databases - 1));
      const url = new URL(server.url);
      url.pathname = `/${number}`;
      if (await takeIfEmpty(url.href)) return url.href;
    }
  } finally {
    await counter.expire('maskline-test:databases', 3600);
    counter.disconnect();
  }
  throw new Error('no empty database left in Redis');
}

async function takeIfEmpty(url: string): Promise<boolean> {
  const redis = new Redis(url);
  if ((await redis.dbsize()) > 0) {
    redis.disconnect();
    return false;
  }
  cleanUp(async () => {
    await redis.flushdb();
    redis.disconnect();
  });
  return true;
}
