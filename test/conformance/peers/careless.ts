import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { WrongVersion, type Followed, type OpenStore, type Peer } from '../peer.js';

/**
 * What one writes in an afternoon: looks before it inserts, follows a sequence, keeps the checkpoint apart from the effects.
 * The probes must find out; one that does not is worth nothing.
 */
export const careless: Peer = {
  name: 'a careless store',
  settings: 'none',
  notPromised: {},
  log: { table: 'note', stream: 'stream', version: 'version' },
  isCommit: (bytes) => bytes.includes('insert into note'),
  install: (url) =>
    onConnection(url, async (client) => {
      await client.query(
        'create table note (position bigserial primary key, stream text, version bigint, fact json)',
      );
      await client.query('create table checkpoint (name text primary key, position bigint)');
    }),
  open: (url) => Promise.resolve(open(url)),
  moveClock: () => Promise.resolve(),
};

function open(url: string): OpenStore {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    async append(stream, facts, expected) {
      const { rows } = await pool.query<{ version: string }>(
        'select coalesce(max(version), 0) as version from note where stream = $1',
        [stream],
      );
      const version = Number(rows[0]?.version);
      const wanted = expected === 'no stream' ? 0 : expected;
      if (wanted !== 'anything' && wanted !== version) throw new WrongVersion(stream);
      const texts = facts.map((fact) => JSON.stringify(fact, withoutBigNumbers));
      await pool.query(
        `insert into note (stream, version, fact)
         select $1, $2::bigint + i, fact from unnest($3::json[]) with ordinality f(fact, i) order by i`,
        [stream, version, texts],
      );
    },
    async read(stream) {
      const { rows } = await pool.query<{ fact: object }>(
        'select fact from note where stream = $1 order by position',
        [stream],
      );
      return rows.map(({ fact }) => fact);
    },
    follow(name, effect) {
      const stop = new AbortController();
      const running = follow(pool, name, effect, stop.signal);
      return {
        stop: async () => {
          stop.abort();
          await running;
        },
      };
    },
    close: () => pool.end(),
  };
}

async function follow(
  pool: pg.Pool,
  name: string,
  effect: Parameters<OpenStore['follow']>[1],
  signal: AbortSignal,
): Promise<void> {
  const client = await pool.connect();
  await client.query('insert into checkpoint values ($1, 0) on conflict do nothing', [name]);
  while (!signal.aborted) {
    const { rows } = await client.query<Record<keyof Followed, string>>(
      `select stream, version, position from note
       where position > (select position from checkpoint where name = $1) order by position limit 500`,
      [name],
    );
    const events = rows.map(({ stream, version, position }) => ({
      stream,
      version: Number(version),
      position: Number(position),
    }));
    if (events.length > 0) await effect(events, client);
    await client.query('update checkpoint set position = greatest(position, $2) where name = $1', [
      name,
      events.at(-1)?.position ?? 0,
    ]);
    await pause(10, undefined, { signal }).catch(() => undefined);
  }
  client.release();
}

async function onConnection(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withoutBigNumbers(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
