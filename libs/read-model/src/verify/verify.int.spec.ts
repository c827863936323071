import { beforeAll, describe, expect, it } from '@jest/globals';
import type { EventStore } from '#event-store';
import type { Database } from '#platform';
import { moveClock, postgresVersions, testDatabase, testService, testStore } from '#testing';
import { decoding, masterKey, SessionLives } from '../spec/session-lives.js';
import { verify, type Check, type Difference, type VerifyProgress } from './verify.js';

/** Ids before and behind all others. */
const first = `KC${'0'.repeat(32)}`;
const last = `KC${'f'.repeat(32)}`;

describe.each(postgresVersions())('verify on PostgreSQL %s', (postgres) => {
  let database: Database;
  let events: EventStore;
  let lives: SessionLives;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    events = await testStore(database, { masterKey });
    lives = new SessionLives(events, await testService({ events }));
    await lives.pool();
    const due = await lives.create({ ttl: 10 });
    await Promise.all(Array.from({ length: 40 }, (_, n) => lives.live(n)));
    await moveClock(database, '1 minute');
    expect(await lives.expire(due)).toBe(true);
  });

  async function differences(...checks: Check[]): Promise<Difference[]> {
    const found: Difference[] = [];
    const onDifference = (difference: Difference) => found.push(difference);
    await verify(database, { decoding, checks, onDifference });
    return found;
  }

  /** What `checks` find of this damage, done to the newest session, which then goes without a trace. */
  async function found(
    damage: string,
    ...checks: Check[]
  ): Promise<{ sid: string; differences: Difference[] }> {
    const sid = await lives.create({ ttl: 3600, uniqueName: 'Bob' });
    await lives.update(sid, { ttl: 60 });
    await database.admin.query(damage.replaceAll('$sid', `'${sid}'`));
    const found = await differences(...checks);
    await database.admin.query(`
      delete from maskline.session where sid in ('${sid}', '${first}', '${last}');
      delete from maskline.stream where stream_id in ('${sid}', '${first}', '${last}');
      delete from maskline.claim where stream_id = '${sid}';
      delete from maskline.event where stream_id = '${sid}';
      update maskline.partition_head set position = (select max(position) from maskline.event)`);
    return { sid, differences: found };
  }

  it('finds nothing where nothing is wrong', async () => {
    expect(await differences('rows', 'states', 'log')).toEqual([]);
  });

  it('counts what it compared, and how far it is', async () => {
    const told: VerifyProgress[] = [];
    const compared = await verify(database, {
      decoding,
      checks: ['rows', 'states', 'log'],
      onProgress: (progress) => told.push(progress),
      onDifference: () => undefined,
    });
    const { rows: counts } = await database.admin.query<Record<'rows' | 'states' | 'log', number>>(`
      select (select count(*) from maskline.session) + (select count(*) from maskline.service)
          + (select count(*) from maskline.participant) + (select count(*) from maskline.interaction)
          + (select count(*) from maskline.phone_number) + (select count(*) from maskline.short_code)
          + (select count(*) from maskline.number_use) as rows,
        (select count(*) from maskline.stream) as states, (select sum(position)::bigint from maskline.partition_head) as log`);
    expect(compared).toEqual(counts[0]);
    for (const check of ['rows', 'states', 'log']) {
      const steps = told.filter((step) => step.check === check);
      const total = steps[0]?.total;
      expect(steps[0]).toEqual({ check, events: 0, total: expect.any(Number) });
      expect(steps.at(-1)).toEqual({ check, events: total, total });
    }
  });

  it('finds nothing while sessions come and go', async () => {
    const writing = new AbortController();
    const write = async (n: number) => {
      while (!writing.signal.aborted) await lives.live(n++);
    };
    const writers = Array.from({ length: 8 }, (_, n) => write(n));
    const seen: Difference[] = [];
    for (let round = 0; round < 5; round++) seen.push(...(await differences('rows', 'states')));
    writing.abort();
    await Promise.all(writers);
    expect(seen).toEqual([]);
  });

  it('does not mind where the timers stand', async () => {
    await database.admin.query(`update maskline.session set timer_at = timer_at - interval '1 hour'`);
    expect(await differences('rows')).toEqual([]);
  });

  it('looks at the rows below sessions, too', async () => {
    const sid = await lives.create();
    await lives.talk(sid, 2);
    const { rows } = await database.admin.query<{ participant: string; interaction: string }>(
      `select min(p.sid) as participant, min(i.sid) as interaction
       from maskline.participant p join maskline.interaction i using (partition, session_sid) where session_sid = $1`,
      [sid],
    );
    const { participant, interaction } = rows[0] ?? {};
    await database.admin.query(`
      delete from maskline.participant where sid = '${participant}';
      update maskline.interaction set attempts = 9, media_urls = '["x"]' where sid = '${interaction}'`);
    expect(await differences('rows')).toEqual([
      { check: 'rows', table: 'participant', sid: participant, kind: 'missing', columns: [] },
      {
        check: 'rows',
        table: 'interaction',
        sid: interaction,
        kind: 'different',
        columns: ['media_urls', 'attempts'],
      },
    ]);
    await lives.delete(sid);
    expect(await differences('rows')).toEqual([]);
  });

  it.each([
    ['sessions', 'different', 'update maskline.number_use set sessions = sessions + 1 where number = $1'],
    [
      'is_reserved',
      'different',
      'update maskline.number_use set is_reserved = not is_reserved where number = $1',
    ],
    ['everything', 'missing', 'delete from maskline.number_use where number = $1'],
  ])('finds a wrong count of a number: %s', async (column, kind, damage) => {
    const { rows } = await database.admin.query<{ sid: string; number: string }>(
      'select * from maskline.number_use order by sessions desc limit 1',
    );
    const [busiest] = rows;
    if (busiest === undefined) throw new Error('no number');
    await database.admin.query(damage, [busiest.number]);
    const columns = kind === 'missing' ? [] : [column];
    expect(await differences('rows')).toEqual([
      { check: 'rows', table: 'number_use', sid: busiest.sid, kind, columns },
    ]);
    await database.admin.query('delete from maskline.number_use where number = $1', [busiest.number]);
    await database.admin.query(
      'insert into maskline.number_use select * from jsonb_populate_record(null::maskline.number_use, $1)',
      [JSON.stringify(busiest)],
    );
    expect(await differences('rows')).toEqual([]);
  });

  it('says which columns differ, and not what is in them', async () => {
    const { sid, differences } = await found(
      `update maskline.session set unique_name = 'Alice', ttl = ttl + 1, date_created = date_created - interval '1 ms' where sid = $sid`,
      'rows',
    );
    expect(differences).toEqual([
      {
        check: 'rows',
        table: 'session',
        sid,
        kind: 'different',
        columns: ['unique_name', 'ttl', 'date_created'],
      },
    ]);
  });

  it('misses a row that is gone', async () => {
    const { sid, differences } = await found(`delete from maskline.session where sid = $sid`, 'rows');
    expect(differences).toEqual([{ check: 'rows', table: 'session', sid, kind: 'missing', columns: [] }]);
  });

  it.each([
    ['before all others', first],
    ['behind all others', last],
  ])('notices a row that no event speaks of, %s', async (_, surplus) => {
    const { differences } = await found(
      `insert into maskline.session select partition, '${surplus}', account_sid, service_sid, null, status, null, mode, ttl,
        null, null, null, null, null, null, null, version, date_created, date_updated from maskline.session where sid = $sid`,
      'rows',
    );
    expect(differences).toEqual([
      { check: 'rows', table: 'session', sid: surplus, kind: 'surplus', columns: [] },
    ]);
  });

  it.each([
    ['state', `state = jsonb_set(state, '{ttl}', '61')`],
    ['version', 'version = version + 1'],
    ['status', `status = 'deleted'`],
  ])('compares the stored %s of a stream', async (kind, change) => {
    const { sid, differences } = await found(
      `update maskline.stream set ${change} where stream_id = $sid`,
      'states',
    );
    expect(differences).toEqual([{ check: 'states', streamId: sid, kind }]);
  });

  it('leaves a state of another schema alone, as the store does', async () => {
    const { differences } = await found(
      `update maskline.stream set state_schema = 0, state = '{}' where stream_id = $sid`,
      'states',
    );
    expect(differences).toEqual([]);
  });

  it('misses a stream, and notices one without events', async () => {
    const { sid, differences } = await found(
      `update maskline.stream set stream_id = '${first}' where stream_id = $sid`,
      'states',
    );
    expect(differences).toEqual([
      { check: 'states', streamId: sid, kind: 'missing' },
      { check: 'states', streamId: first, kind: 'surplus' },
    ]);
  });

  it.each([
    ['data', `data = '{"ttl": 61}'`],
    ['actor', `actor = 'somebody else'`],
    ['time', `occurred_at = occurred_at - interval '1 ms'`],
  ])('finds an event whose %s was changed by its hash', async (_, change) => {
    const { differences } = await found(
      `update maskline.event set ${change} where stream_id = $sid and version = 2`,
      'log',
    );
    expect(differences).toEqual([{ check: 'log', partition: 0, position: expect.any(Number), kind: 'hash' }]);
  });

  it('finds a missing event: a gap in the log and in its stream', async () => {
    const { sid, differences } = await found(
      `delete from maskline.event where stream_id = $sid and version = 1`,
      'log',
      'states',
    );
    expect(differences).toEqual([
      { check: 'log', partition: 0, position: expect.any(Number), kind: 'gap' },
      { check: 'states', streamId: sid, kind: 'gap' },
    ]);
  });

  it('finds events cut off at the end', async () => {
    const { differences } = await found(`delete from maskline.event where stream_id = $sid`, 'log');
    expect(differences).toEqual([{ check: 'log', partition: 0, position: expect.any(Number), kind: 'head' }]);
  });

  it('finds a time of record that goes backwards', async () => {
    const { differences } = await found(
      `update maskline.event set recorded_at = '2020-01-01' where stream_id = $sid and version = 2`,
      'log',
    );
    expect(differences).toEqual([{ check: 'log', partition: 0, position: expect.any(Number), kind: 'time' }]);
  });
});
