import { beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '#platform';
import { cleanUp, postgresVersions, testDatabase, waitFor } from '#testing';
import { ensurePartitions } from '../partitions.js';
import { live, plainCommand } from '../spec/plain-command.js';
import type { Outcome } from './append.js';
import { Batcher, type BatcherOptions, type Flush } from './batcher.js';
import type { PreparedCommand } from './prepared-command.js';

const options: BatcherOptions = { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 30_000 };

describe.each(postgresVersions())('the batcher on PostgreSQL %s', (postgres) => {
  let url: string;
  let database: Database;
  let streams = 0;

  beforeAll(async () => {
    ({ url, database } = await testDatabase({ postgres }));
    await ensurePartitions(database.admin, 1);
  });

  const newStream = () => `stream-${++streams}`;

  /** A batcher, and what its flushes told. */
  function newBatcher(over: Partial<BatcherOptions> = {}): { batcher: Batcher; flushes: Flush[] } {
    const flushes: Flush[] = [];
    const batcher = new Batcher(database.append, 0, {
      ...options,
      onFlush: (flush) => flushes.push(flush),
      ...over,
    });
    cleanUp(() => batcher.drain());
    return { batcher, flushes };
  }

  /** Keeps every flush waiting until it is let go. */
  async function holdHead(): Promise<() => Promise<void>> {
    const client = await database.admin.connect();
    await client.query('begin');
    await client.query('select from maskline.partition_head where partition = 0 for update');
    return async () => {
      await client.query('rollback');
      client.release();
    };
  }

  async function statistic(column: 'xact_commit' | 'deadlocks'): Promise<number> {
    const { rows } = await database.admin.query<{ value: number }>(
      `select ${column} as value from pg_stat_database where datname = current_database()`,
    );
    return rows[0]?.value ?? 0;
  }

  it('sends what comes together in one transaction, and what comes meanwhile in the next', async () => {
    const { batcher, flushes } = newBatcher({ maxInFlight: 1 });
    const submit = (count: number) =>
      Array.from({ length: count }, () => batcher.submit(plainCommand(newStream())));
    const release = await holdHead();
    const together = submit(10);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const meanwhile = submit(20);
    await release();
    const outcomes = await Promise.all([...together, ...meanwhile]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(30).fill('ok'));
    expect(flushes.map(({ commands }) => commands)).toEqual([10, 20]);
  });

  it('commits at most one transaction for 8 acknowledged commands at 64 writers', async () => {
    // A session tells what it did when it ends, at the latest: so this part has connections of its own.
    const own = openDatabase({ DATABASE_URL: url }, 'writers');
    const batcher = new Batcher(own.append, 0, options);
    const commandsEach = 40;
    const before = await statistic('xact_commit');
    let acknowledged = 0;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        const stream = newStream();
        for (let expectedVersion = 0; expectedVersion < commandsEach; expectedVersion++) {
          const outcome = await batcher.submit(plainCommand(stream, { expectedVersion }));
          if (outcome.kind === 'ok') acknowledged++;
        }
      }),
    );
    await own.close();
    await waitFor(async () => {
      const { rows } = await database.admin.query(
        `select from pg_stat_activity where datname = current_database() and application_name like 'maskline writers%'`,
      );
      return rows.length === 0;
    });
    expect(acknowledged).toBe(64 * commandsEach);
    const transactions = (await statistic('xact_commit')) - before;
    expect(transactions).toBeGreaterThan(0);
    expect(acknowledged / transactions).toBeGreaterThanOrEqual(8);
  });

  it('never sends commands together that could spoil each other', async () => {
    const { batcher } = newBatcher();
    const parent = newStream();
    await batcher.submit(plainCommand(parent));
    const name = { kind: 'name', key: parent };
    const [taker, other, deletion, child] = await Promise.all([
      batcher.submit(plainCommand(newStream(), { claims: [name] })),
      batcher.submit(plainCommand(newStream(), { claims: [name] })),
      batcher.submit(plainCommand(parent, { expectedVersion: 1, status: 'deleted', state: null })),
      batcher.submit(plainCommand(newStream(), { needs: [live(parent)] })),
    ]);
    expect([taker.kind, other.kind, deletion.kind, child.kind]).toEqual(['ok', 'taken', 'ok', 'parent']);
  });

  const poisons: [string, Partial<PreparedCommand> & { data?: object[] }][] = [
    ['broken JSON in its state', { state: '{"status":' }],
    ['a NUL in its data, which jsonb refuses', { data: [{ text: 'a\0b' }] }],
    ['a NUL in a key, which no text may hold', { claims: [{ kind: 'name', key: 'a\0b' }] }],
    ['a row that the table refuses', { rows: [{ table: 'session', sid: 'KC1', row: '{"sid":"KC1"}' }] }],
    ['a claim that it holds already', {}],
  ];

  it.each(poisons)('lets a command with %s fail alone in a batch of 64', async (what, poison) => {
    const { batcher } = newBatcher();
    const bad = newStream();
    let command = plainCommand(bad, poison);
    if (what.startsWith('a claim')) {
      const claims = [{ kind: 'name', key: bad }];
      await batcher.submit(plainCommand(bad, { claims }));
      command = plainCommand(bad, { expectedVersion: 1, claims });
    }
    const good = Array.from({ length: 63 }, () => plainCommand(newStream()));
    const commands = [...good.slice(0, 21), command, ...good.slice(21)];
    const results = await Promise.allSettled(commands.map((each) => batcher.submit(each)));
    const failed = results.flatMap((result, i) =>
      result.status === 'rejected' ? [commands[i]?.streamId] : [],
    );
    expect(failed).toEqual([bad]);
    const { rows } = await database.admin.query<{ stream_id: string }>(
      'select stream_id from maskline.event where stream_id = any ($1) and command_id = any ($2)',
      [commands.map(({ streamId }) => streamId), commands.map(({ commandId }) => commandId)],
    );
    expect(rows.map((row) => row.stream_id).sort()).toEqual(good.map(({ streamId }) => streamId).sort());
  });

  it('has bounds: what is too much is refused at once, and what waits too long in time', async () => {
    const { batcher } = newBatcher({ maxWaiting: 50, maxBatch: 10, maxInFlight: 2, patience: 500 });
    const release = await holdHead();
    const started = performance.now();
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, () => batcher.submit(plainCommand(newStream()))),
    );
    const took = performance.now() - started;
    await release();
    expect(results.map(({ status }) => status)).toEqual(Array(100).fill('rejected'));
    for (const result of results) {
      expect(result).toMatchObject({ reason: { code: 'overloaded' } });
    }
    expect(took).toBeGreaterThan(490);
    // Nothing else would have ended it so soon, and the head is held still.
    expect(took).toBeLessThan(5_000);

    expect(await batcher.submit(plainCommand(newStream()))).toMatchObject({ kind: 'ok' });
  });

  it('never sends a command whose caller has gone', async () => {
    const { batcher } = newBatcher({ maxBatch: 1, maxInFlight: 1, patience: 300 });
    const release = await holdHead();
    const [sent, unsent] = [newStream(), newStream()];
    const results = await Promise.allSettled(
      [sent, unsent].map((stream) => batcher.submit(plainCommand(stream))),
    );
    await release();
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await batcher.drain();
    const { rows } = await database.admin.query('select from maskline.event where stream_id = $1', [unsent]);
    expect(rows).toEqual([]);
  });

  it('goes on when a lock is not to be had in time', async () => {
    const { batcher, flushes } = newBatcher();
    const release = await holdHead();
    const outcome = batcher.submit(plainCommand(newStream()));
    // append gives up after two seconds and is sent again: by the second statement that waits we know that the first gave up.
    const waits = new Set<string>();
    await waitFor(async () => {
      const { rows } = await database.admin.query<{ since: string }>(
        `select query_start::text as since from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
      );
      for (const { since } of rows) waits.add(since);
      return waits.size >= 2;
    });
    expect(flushes).toEqual([]);
    await release();
    expect(await outcome).toMatchObject({ kind: 'ok', version: 1 });
  });

  it('drains: resolves when everything taken has its outcome, at once when there is nothing', async () => {
    const { batcher } = newBatcher();
    await batcher.drain();
    const outcomes: Outcome[] = [];
    for (let i = 0; i < 300; i++) {
      void batcher.submit(plainCommand(newStream())).then((outcome) => outcomes.push(outcome));
    }
    await batcher.drain();
    await Promise.resolve();
    expect(outcomes).toHaveLength(300);
  });

  it('has met no deadlock in all this', async () => {
    expect(await statistic('deadlocks')).toBe(0);
  });
});
