import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, spawnSupervised } from '#platform';
import { cleanUp } from './clean-up.js';
import { findProgram } from './find-program.js';
import { waitFor } from './wait-for.js';

const SLOTS = 16_384;

export interface TestRedisCluster {
  /** As REDIS_URL names it: two of its nodes; the others are found. */
  readonly url: string;
  readonly nodes: readonly TestNode[];
}

export interface TestNode {
  readonly port: number;
  /** Where the nodes talk to each other. */
  readonly busPort: number;
  /** Ends it with SIGKILL; what it held is on disk. */
  kill(): Promise<void>;
  /** On the same port, with what it held. */
  start(): Promise<void>;
  /** How many keys it holds. */
  keys(): Promise<number>;
}

const program = findProgram('redis-server');

/** A server that REDIS_URL names is one alone: a cluster needs the program itself. */
export const hasRedisServer = program !== null;

/** A real Redis Cluster of three nodes without replicas, for this spec file. */
export async function redisCluster(): Promise<TestRedisCluster> {
  if (program === null) throw new Error('there is no redis-server on the PATH');
  const directory = await mkdtemp(join(tmpdir(), 'maskline-redis-cluster-'));
  cleanUp(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const nodes = await Promise.all([0, 1, 2].map((i) => openNode(program, directory, i)));
  await Promise.all(nodes.map((node) => node.start()));

  const [first] = nodes;
  for (const [i, node] of nodes.entries()) {
    const from = Math.floor((i * SLOTS) / nodes.length);
    const to = Math.floor(((i + 1) * SLOTS) / nodes.length);
    const slots = Array.from({ length: to - from }, (_, n) => from + n);
    await ask(node.port, (redis) => redis.cluster('ADDSLOTS', slots));
    if (node !== first) {
      await ask(node.port, (redis) =>
        redis.cluster('MEET', '127.0.0.1', first?.port ?? 0, first?.busPort ?? 0),
      );
    }
  }
  const knowsAll = (port: number) =>
    ask(port, async (redis) => {
      const info = await redis.cluster('INFO');
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
    });
  await waitFor(async () => (await Promise.all(nodes.map(({ port }) => knowsAll(port)))).every(Boolean));
  return {
    url: nodes
      .slice(0, 2)
      .map(({ port }) => `redis://127.0.0.1:${port}`)
      .join(','),
    nodes,
  };
}

async function openNode(program: string, directory: string, i: number): Promise<TestNode> {
  const port = await freePort();
  const busPort = await freePort();
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    'cluster-enabled': 'yes',
    'cluster-config-file': `nodes-${i}.conf`,
    'cluster-port': String(busPort),
    'cluster-node-timeout': '2000',
    'cluster-require-full-coverage': 'no',
    appendonly: 'yes',
    appenddirname: `node-${i}`,
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  let server: ReturnType<typeof spawnSupervised> | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    server?.kill(signal);
    await ended;
    server = null;
  };
  cleanUp(() => end('SIGTERM'));
  return {
    port,
    busPort,
    kill: () => end('SIGKILL'),
    async start() {
      server = spawnSupervised(program, args, { stopSignal: 'TERM' });
      server.stdout.resume();
      server.stderr.resume();
      ended = once(server, 'close');
      await waitFor(() => ask(port, (redis) => redis.ping()));
    },
    keys: () => ask(port, (redis) => redis.dbsize()),
  };
}

async function ask<Answer>(port: number, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
