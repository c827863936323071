import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** What is said of a connection, whatever stands at its other end. */
export interface RedisConnectionOptions extends Pick<
  RedisOptions,
  'connectTimeout' | 'commandTimeout' | 'maxRetriesPerRequest'
> {
  /** Milliseconds until the next try; null ends them. */
  readonly retryStrategy: (tries: number) => number | null;
  readonly enableOfflineQueue: boolean;
}

/**
 * Opens a connection to Redis, or with several URLs, separated by commas, to the cluster whose nodes they are. The nodes that they
 * do not name are asked for; the log-in is that of the first.
 */
export function connectRedis(urls: string, options: RedisConnectionOptions): Redis | Cluster {
  const [first = urls, ...others] = urls.split(',');
  if (others.length === 0) return new Redis(first, options);
  const { retryStrategy, enableOfflineQueue, ...redisOptions } = options;
  const { username, password, protocol } = new URL(first);
  return new Cluster(
    [first, ...others].map((url) => {
      const { hostname, port } = new URL(url);
      return { host: hostname, port: port === '' ? 6379 : Number(port) };
    }),
    {
      clusterRetryStrategy: retryStrategy,
      enableOfflineQueue,
      slotsRefreshTimeout: options.connectTimeout,
      redisOptions: {
        ...redisOptions,
        ...(username !== '' && { username: decodeURIComponent(username) }),
        ...(password !== '' && { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' && { tls: {} }),
      },
    },
  );
}
