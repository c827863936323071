import { beforeAll, describe, expect, it } from '@jest/globals';
import { sessionStream } from '#domain';
import type { EventStore, Queryable } from '#event-store';
import type { Database } from '#platform';
import { describeSchema, postgresVersions, testDatabase, testService, testStore, waitFor } from '#testing';
import {
  foldedTables,
  interactionTable,
  participantTable,
  phoneNumberTable,
  serviceTable as service,
  sessionTable as session,
} from '../folded-table.js';
import { prepareTimers } from '../timers/prepare-timers.js';
import { decoding, masterKey, readRows, SessionLives } from '../spec/session-lives.js';
import { verify, type Difference } from '../verify/verify.js';
import { abandonRebuild, rebuild, type RebuildOptions } from './rebuild.js';
import { rebuildStream } from './rebuild-stream.js';

describe.each(postgresVersions())('rebuild on PostgreSQL %s', (postgres) => {
  let database: Database;
  let events: EventStore;
  let lives: SessionLives;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    events = await testStore(database, { masterKey, partitions: 2 });
    lives = new SessionLives(events, await testService({ events }));
    await lives.pool();
    await Promise.all(Array.from({ length: 60 }, (_, n) => lives.live(n)));
  });

  const remake = (table = session, options: Partial<RebuildOptions> = {}) =>
    rebuild(database, table, { decoding, settleFor: 0, ...options });

  async function differences(): Promise<Difference[]> {
    const found: Difference[] = [];
    const onDifference = (difference: Difference) => found.push(difference);
    await verify(database, { decoding, checks: ['rows', 'states', 'log'], onDifference });
    return found;
  }

  it.each(foldedTables)('makes $name again as it was, and nothing else changes', async (table) => {
    const rows = await readRows(database, table.name);
    const schema = await describeSchema(database.admin);
    await remake(table);
    expect(rows.length).toBeGreaterThan(0);
    expect(await readRows(database, table.name)).toEqual(rows);
    expect(await describeSchema(database.admin)).toBe(schema);
    expect(await tables()).toEqual([]);
  });

  it('mends whatever was done to the rows', async () => {
    const rows = await readRows(database, 'session');
    await database.admin.query(`
      delete from maskline.session where sid in (select sid from maskline.session limit 5);
      update maskline.session set ttl = ttl + 1, mode = 'voice-only';
      insert into maskline.session select partition, 'KC' || repeat('0', 32), account_sid, service_sid, null, 'open', null, mode,
        ttl, null, null, null, null, null, null, null, 1, date_created, date_updated from maskline.session limit 1`);
    expect(await differences()).not.toEqual([]);
    await remake();
    expect(await readRows(database, 'session')).toEqual(rows);
    expect(await differences()).toEqual([]);
  });

  it('mends the rows below sessions, and leaves what is counted of numbers alone', async () => {
    const tables = ['participant', 'interaction', 'phone_number', 'short_code'];
    const rows = await Promise.all(tables.map((table) => readRows(database, table)));
    const { rows: pools } = await database.admin.query('select * from maskline.number_use order by number');
    await database.admin.query(`
      delete from maskline.participant where sid in (select sid from maskline.participant limit 5);
      update maskline.participant set friendly_name = 'Somebody' where sid in (select sid from maskline.participant limit 5);
      update maskline.interaction set attempts = attempts + 1, media_urls = '[]', is_pending = not is_pending;
      update maskline.phone_number set capabilities = '{}';
      delete from maskline.short_code;
      insert into maskline.interaction
        select partition, 'KI' || repeat('0', 32), account_sid, service_sid, 'KC' || repeat('f', 32), type, data, media_urls,
          null, null, null, null, null, null, null, null, null, null, 0, false, date_created, date_updated
        from maskline.interaction limit 1`);
    for (const name of tables) {
      expect((await differences()).some((found) => 'table' in found && found.table === name)).toBe(true);
      await remake(foldedTables.find((table) => table.name === name));
    }
    expect(await Promise.all(tables.map((table) => readRows(database, table)))).toEqual(rows);
    const { rows: after } = await database.admin.query('select * from maskline.number_use order by number');
    expect(after).toEqual(pools);
    expect(await differences()).toEqual([]);
  });

  it('needs the master key for what people say, and for nothing else', async () => {
    const withoutKey = { decoding: { ...decoding, masterKey: null } };
    await expect(remake(participantTable, withoutKey)).rejects.toThrow('MASKLINE_MASTER_KEY');
    await remake(phoneNumberTable, withoutKey);
    await remake(session, withoutKey);
    expect(await differences()).toEqual([]);
  });

  it('shows nothing of whom the log has forgotten', async () => {
    const sid = await lives.create();
    const participant = await lives.join(sid, '+15550009999');
    await lives.say(sid, participant, participant, 'never mind');
    await database.admin.query('delete from maskline.event_key where stream_id = $1', [sid]);
    for (const table of [participantTable, interactionTable]) await remake(table);
    const { rows } = await database.admin.query(
      `select identifier, friendly_name, data, media_urls from maskline.participant p
       join maskline.interaction i using (partition, session_sid) where session_sid = $1`,
      [sid],
    );
    expect(rows).toEqual([{ identifier: null, friendly_name: null, data: null, media_urls: [] }]);
    await lives.delete(sid);
  });

  it('sets each timer on its deadline', async () => {
    await database.admin.query('update maskline.session set timer_at = null');
    await remake();
    const { rows } = await database.admin.query<{ live: number; wrong: number }>(`
      select count(expires_at)::int as live, (count(*) filter (where timer_at is distinct from expires_at))::int as wrong
      from maskline.session`);
    expect(rows[0]?.live).toBeGreaterThan(0);
    expect(rows[0]?.wrong).toBe(0);
  });

  it('has the timers of what it made again armed again', async () => {
    await prepareTimers(database.admin);
    const sid = await lives.create({ ttl: 60 });
    const { partition } = await placeOf(sid);
    const doubted = async (remaking: () => Promise<unknown>): Promise<number[]> => {
      await database.admin.query('update maskline.expiry_horizon set is_doubtful = false');
      await remaking();
      const { rows } = await database.admin.query<{ partition: number }>(
        'select partition from maskline.expiry_horizon where is_doubtful order by partition',
      );
      return rows.map((row) => row.partition);
    };

    expect(await doubted(() => remake(session))).toEqual([0, 1]);
    expect(await doubted(() => remake(service))).toEqual([]);
    const client = await database.admin.connect();
    const place = { partition, streamId: sid };
    expect(await doubted(() => rebuildStream(client, session, place, decoding))).toEqual([partition]);
    client.release();
  });

  it('keeps who may do what with the table', async () => {
    const role = `reader_${postgres}`;
    await database.admin.query(`create role ${role}; grant select on maskline.session to ${role}`);
    try {
      await remake();
      const { rows } = await database.admin.query<{ may: boolean }>(
        `select has_table_privilege($1, 'maskline.session', 'select') as may`,
        [role],
      );
      expect(rows).toEqual([{ may: true }]);
    } finally {
      await database.admin.query(`drop owned by ${role}; drop role ${role}`);
    }
  });

  it('makes the row of one session again, and takes away that of a deleted one', async () => {
    const [kept, gone] = [await lives.create({ ttl: 60 }), await lives.create()];
    await lives.delete(gone);
    await database.admin.query(`update maskline.session set ttl = 61, timer_at = null where sid = $1`, [
      kept,
    ]);
    await database.admin.query(
      `insert into maskline.session select partition, $2, account_sid, service_sid, null, status, closed_reason, mode, ttl,
        null, null, null, null, null, null, null, 1, date_created, date_updated from maskline.session where sid = $1`,
      [kept, gone],
    );
    const client = await database.admin.connect();
    const { partition } = await placeOf(kept);
    for (const streamId of [kept, gone])
      await rebuildStream(client, session, { partition, streamId }, decoding);
    client.release();
    expect(await differences()).toEqual([]);
  });

  it('makes the rows below one session again', async () => {
    const sid = await lives.create();
    await lives.talk(sid, 1);
    const other = await lives.create();
    await lives.talk(other, 2);
    await database.admin.query(`
      update maskline.interaction set data = null where session_sid = '${sid}';
      delete from maskline.participant where session_sid = '${sid}'`);
    const client = await database.admin.connect();
    const { partition } = await placeOf(sid);
    for (const table of [participantTable, interactionTable]) {
      await rebuildStream(client, table, { partition, streamId: sid }, decoding);
    }
    client.release();
    expect(await differences()).toEqual([]);
  });

  it.each([session, participantTable, interactionTable])(
    'goes on with $name while sessions are created, changed, expired and deleted, and loses nothing',
    async (table) => {
      const writing = new AbortController();
      let rounds = 0;
      const write = async (n: number) => {
        while (!writing.signal.aborted) {
          const sid = await lives.live(n++);
          if (n % 7 === 0) await lives.expire(sid);
          rounds++;
        }
      };
      const reading = (async () => {
        while (!writing.signal.aborted) {
          const { rows } = await database.reads.query({
            name: `spec-count-${table.name}`,
            text: `select count(*)::int as rows from maskline.${table.name}`,
          });
          expect(rows[0]).toEqual({ rows: expect.any(Number) });
        }
      })();
      const writers = Array.from({ length: 16 }, (_, n) => write(n));
      // What is under way at the cut-over is looked at afterwards, and here that is the end of all writing: whatever is left then stays.
      const lastRound: Partial<RebuildOptions> = {
        settleFor: 2_000,
        onProgress: ({ phase }) => {
          if (phase === 'settle') writing.abort();
        },
      };
      try {
        for (let round = 0; round < 3; round++) {
          const before = rounds;
          if (round < 2) await remake(table);
          else await remake(table, lastRound);
          expect(rounds).toBeGreaterThan(before);
        }
      } finally {
        writing.abort();
      }
      await Promise.all([...writers, reading]);
      await events.drain();
      expect(await differences()).toEqual([]);
    },
  );

  it('makes rows again that a command carried over from the old table', async () => {
    const sid = await lives.create();
    await database.admin.query(`update maskline.session set date_started = '2020-01-01' where sid = $1`, [
      sid,
    ]);
    // A process that has read the wrong row and is held up until the tables have changed places.
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hasRead = false;
    const slowLoads: Queryable = {
      query: async (statement) => {
        const answer = await database.reads.query(statement);
        hasRead = true;
        await released;
        return answer;
      },
    };
    const slow = new SessionLives(
      await testStore(database, { masterKey, partitions: 2, loads: slowLoads }),
      await serviceOf(sid),
    );
    const update = slow.update(sid, { ttl: 5 });
    await waitFor(() => hasRead);
    const { repaired } = await remake(session, {
      settleFor: 1500,
      onProgress: ({ phase }) => {
        if (phase === 'settle') release();
      },
    });
    await update;
    expect(repaired).toBe(1);
    expect(await differences()).toEqual([]);
  });

  it.each([session, participantTable])(
    'shows commands that wait for the tables to change places what came into $name last',
    async ({ name }) => {
      const sid = await lives.create();
      const participant = await lives.join(sid, name === 'session' ? '+15550007777' : '+15550007778');
      const { accountSid } = await serviceOf(sid);
      const row = name === 'session' ? sid : participant;
      const { rows } = await database.admin.query<{ row: unknown }>(
        `with gone as (delete from maskline.${name} where sid = $1 returning *) select to_jsonb(gone) as row from gone`,
        [row],
      );
      const client = await database.admin.connect();
      await client.query(`begin; lock table maskline.${name} in access exclusive mode`);
      const loading = events.load(sessionStream, sid, accountSid, { children: [participant] });
      await waitFor(async () => {
        const waiting =
          'select count(*)::int as n from pg_locks where relation = $1::regclass and not granted';
        const found = await database.admin.query<{ n: number }>(waiting, [`maskline.${name}`]);
        return found.rows[0]?.n === 1;
      });
      await client.query(
        `insert into maskline.${name} select * from jsonb_populate_record(null::maskline.${name}, $1)`,
        [JSON.stringify(rows[0]?.row)],
      );
      await client.query('commit');
      client.release();

      const loaded = await loading;
      expect(loaded.rows['session']).toMatchObject({ sid });
      expect(loaded.children.get(participant)).toMatchObject({ sid: participant });
    },
  );

  it('waits for a long reader without holding up those who write', async () => {
    const reader = await database.reads.connect();
    await reader.query('begin isolation level repeatable read; select count(*) from maskline.session');
    let attempts = 0;
    const rebuilding = remake(session, {
      onProgress: ({ phase, done }) => {
        if (phase === 'cut-over') attempts = done;
      },
    });
    await waitFor(() => attempts > 0);
    await lives.create();
    await reader.query('commit');
    reader.release();
    await rebuilding;
    expect(await differences()).toEqual([]);
  });

  it('refuses a table that something else depends on, and names it', async () => {
    await database.admin.query('create view maskline.spec_view as select sid from maskline.session');
    try {
      await expect(remake()).rejects.toThrow('spec_view');
    } finally {
      await database.admin.query('drop view maskline.spec_view');
    }
  });

  describe('cut short', () => {
    beforeAll(async () => {
      await addEvents(24_000);
    });

    const cutShort = async () => {
      const interruption = new AbortController();
      const onProgress = () => {
        interruption.abort(new Error('interrupted'));
      };
      await expect(remake(session, { signal: interruption.signal, onProgress })).rejects.toThrow(
        'interrupted',
      );
    };

    it('goes on where it was, after what came meanwhile', async () => {
      await cutShort();
      const { rows } = await database.admin.query<{ folded: number }>(
        'select sum(folded_events)::int as folded from maskline.rebuild',
      );
      const done = rows[0]?.folded ?? 0;
      expect(done).toBeGreaterThan(0);
      await lives.live(1);
      let first: number | null = null;
      const { events: all } = await remake(session, {
        resume: true,
        onProgress: ({ done: folded }) => {
          first ??= folded;
        },
      });
      expect(first).toBeGreaterThan(done);
      expect(all).toBeGreaterThanOrEqual(24_000);
      expect(await rowDifferences()).toEqual([]);
    });

    it('begins anew when it is not told to go on', async () => {
      await cutShort();
      await remake();
      expect(await rowDifferences()).toEqual([]);
    });

    it('leaves nothing once it is abandoned, and then cannot go on', async () => {
      await cutShort();
      await abandonRebuild(database, session);
      expect(await tables()).toEqual([]);
      await expect(remake(session, { resume: true })).rejects.toThrow('no unfinished rebuild');
    });

    it('lets nobody else rebuild the same table at the same time', async () => {
      const second: Promise<string>[] = [];
      await remake(session, {
        onProgress: () => {
          if (second.length === 0) second.push(remake().then(() => 'done', String));
        },
      });
      expect(await Promise.all(second)).toEqual([
        expect.stringContaining('another rebuild of session is under way'),
      ]);
    });
  });

  /** What a rebuild makes and must not leave behind. */
  async function tables(): Promise<string[]> {
    const { rows } = await database.admin.query<{ name: string }>(`
      select relname as name from pg_class where relnamespace = 'maskline'::regnamespace and relname ~ '(_rebuild|_replaced)$'
      union all select table_name from maskline.rebuild`);
    return rows.map(({ name }) => name);
  }

  async function rowDifferences(): Promise<Difference[]> {
    const found: Difference[] = [];
    const onDifference = (difference: Difference) => found.push(difference);
    await verify(database, { decoding, checks: ['rows'], onDifference });
    return found;
  }

  async function placeOf(
    sid: string,
  ): Promise<{ partition: number; account_sid: string; service_sid: string }> {
    const { rows } = await database.admin.query<{
      partition: number;
      account_sid: string;
      service_sid: string;
    }>('select partition, account_sid, service_sid from maskline.session where sid = $1', [sid]);
    const [row] = rows;
    if (row === undefined) throw new Error('there is no such row');
    return row;
  }

  async function serviceOf(sid: string): Promise<ConstructorParameters<typeof SessionLives>[1]> {
    const { account_sid: accountSid, service_sid } = await placeOf(sid);
    const context = {
      accountSid,
      actor: accountSid,
      requestId: null,
      correlationId: 'spec',
      causationId: null,
      traceParent: null,
      idempotency: null,
    };
    return { sid: service_sid, accountSid, context };
  }

  /** Written past the store, for speed: two events a session, in both partitions. */
  async function addEvents(count: number): Promise<void> {
    await database.admin.query(
      `with heads as (select partition, position from maskline.partition_head for update),
      written as (
        insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
          correlation_id, actor, occurred_at, recorded_at, data, content_hash)
        select partition, position + row_number() over (partition by partition order by s, v),
          'KC' || lpad(to_hex(s * 2 + partition), 32, '0'), v, (array['SessionCreated', 'SessionTtlChanged'])[v], 1, gen_random_uuid(),
          'AC', 'spec', 'spec', 'spec', maskline.clock(), maskline.clock(), case v when 2 then '{"ttl": 5}' else
            '{"accountSid": "AC", "serviceSid": "KS", "uniqueName": null, "mode": "voice-only", "ttl": 0, "dateExpiry": null}' end::jsonb, ''
        from heads, generate_series(1, $1::int / 4) s, generate_series(1, 2) v
        returning partition
      )
      update maskline.partition_head h set position = h.position + (select count(*) from written w where w.partition = h.partition)`,
      [count],
    );
  }
});
