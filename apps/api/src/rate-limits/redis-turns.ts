import { randomUUID } from 'node:crypto';
import { connectRedis } from '#queues';
import { Turns, WINDOW_SECONDS } from './turns.js';

/** The times of the turns that were taken, in a sorted set; by the clock of the server, one for all who ask. */
const script = `
local time = redis.call('time')
local now = time[1] * 1000000 + time[2]
local span = tonumber(ARGV[2]) * 1000000
redis.call('zremrangebyscore', KEYS[1], '-inf', now - span)
local taken = redis.call('zcard', KEYS[1])
local most = tonumber(ARGV[1])
if taken >= most then
  local first = redis.call('zrange', KEYS[1], taken - most, taken - most, 'withscores')
  return math.ceil((tonumber(first[2]) + span - now) / 1000)
end
redis.call('zadd', KEYS[1], now, ARGV[3])
redis.call('pexpire', KEYS[1], ARGV[2] * 1000 + 1000)
return 0`;

/** It answers in less than one unless its machine is busy, and nothing else of a request needs it. */
const PATIENCE_MS = 250;

const prefix = 'maskline:turns:';
/** A Redis that is away is asked again at least so often. */
const longestPause = 2_000;

export class RedisTurns extends Turns {
  readonly #redis: ReturnType<typeof connectRedis>;
  /** Of this process, so that two turns of the same moment are two. */
  readonly #name = randomUUID();
  #taken = 0;

  /** Of one Redis, or of nodes of a cluster, separated by commas. */
  constructor(
    urls: string,
    override readonly patience = PATIENCE_MS,
  ) {
    super();
    this.#redis = connectRedis(urls, {
      connectTimeout: 5_000,
      // Whoever waits does so for `patience`; this only has what is lost forgotten.
      commandTimeout: 4 * patience,
      // A request does not wait for a Redis to come back.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (tries) => Math.min(100 * 2 ** Math.min(tries, 10), longestPause),
    });
    // Told by every turn that could not be taken; without a listener ioredis would print it.
    this.#redis.on('error', () => undefined);
  }

  override async take(key: string, most: number): Promise<number> {
    const member = `${this.#name}-${this.#taken++}`;
    return Number(await this.#redis.eval(script, 1, prefix + key, most, WINDOW_SECONDS, member));
  }

  override close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }
}
