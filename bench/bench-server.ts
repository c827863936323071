import pg from 'pg';
import { ensurePartitions } from '#event-store';
import { migrate, openDatabase, startEmbeddedPostgres, type Shutdown } from '#platform';

/** For a machine that has nothing else to do; durability is as in life. Every contender gets the same server. */
const SETTINGS = {
  shared_buffers: '1GB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  wal_buffers: '64MB',
  max_connections: '400',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
};

/** What a reader of the figures should know of the server. */
const TOLD = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'data_checksums',
  'jit',
  ...Object.keys(SETTINGS).filter(
    (name) => !name.startsWith('pg_stat') && !name.startsWith('shared_preload'),
  ),
];

/** The one PostgreSQL of a run. Each contender gets a database of its own on it. */
export class BenchServer {
  private constructor(private readonly url: string) {}

  /** The server that BENCH_DATABASE_URL names, whose user may create databases; else an embedded one with data in `directory`. */
  static async start(directory: string, shutdown: Shutdown): Promise<BenchServer> {
    const given = process.env['BENCH_DATABASE_URL'];
    if (given !== undefined) return new BenchServer(given);
    const postgres = await startEmbeddedPostgres(directory, { settings: SETTINGS });
    shutdown.add('PostgreSQL', () => postgres.stop());
    return new BenchServer(postgres.url);
  }

  /** A new database with Maskline's tables; one left behind by an earlier run is dropped. Answers its URL. */
  async createDatabase(name: string, partitions = 1): Promise<string> {
    const full = `maskline_bench_${name}`;
    await connected(this.url, async (client) => {
      await client.query(`drop database if exists ${full} with (force)`);
      await client.query(`create database ${full}`);
    });
    const url = new URL(this.url);
    url.pathname = full;
    const database = openDatabase({ DATABASE_URL: url.href }, 'bench');
    try {
      await migrate(database.admin);
      await ensurePartitions(database.admin, partitions);
    } finally {
      await database.close();
    }
    return url.href;
  }

  async dropDatabase(name: string): Promise<void> {
    await connected(this.url, (client) =>
      client.query(`drop database if exists maskline_bench_${name} with (force)`),
    );
  }

  async describe(): Promise<string[]> {
    return connected(this.url, async (client) => {
      const { rows } = await client.query<{ line: string }>(
        `select name || ' ' || current_setting(name) as line from pg_settings where name = any ($1)
         order by array_position($1, name)`,
        [TOLD],
      );
      return [`PostgreSQL: ${rows.map(({ line }) => line.replace('server_version ', '')).join(', ')}`];
    });
  }
}

/** One number from a database, e.g. how many rows a contender has really written. */
export async function readCount(url: string, sql: string): Promise<number> {
  const { rows } = await connected(url, (client) => client.query<{ count: string }>(sql));
  return Number(rows[0]?.count);
}

/** One column `text` of a query. */
export async function readTexts(url: string, sql: string): Promise<string[]> {
  const { rows } = await connected(url, (client) => client.query<{ text: string }>(sql));
  return rows.map(({ text }) => text);
}

export async function writeTo(url: string, sql: string): Promise<void> {
  await connected(url, (client) => client.query(sql));
}

async function connected<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
