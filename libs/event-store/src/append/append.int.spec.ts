import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { moveClock, postgresVersions, testDatabase } from '#testing';
import { canonicalJson } from '../canonical-json.js';
import { isoTime } from '../iso-time.js';
import { ensurePartitions } from '../partitions.js';
import type { EventRow } from '../recorded-event.js';
import { live, plainCommand, specAccount } from '../spec/plain-command.js';
import { append, type Outcome } from './append.js';
import { contentHash } from './content-hash.js';
import type { PreparedCommand } from './prepared-command.js';

describe.each(postgresVersions())('append on PostgreSQL %s', (postgres) => {
  let database: Database;
  let streams = 0;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    await ensurePartitions(database.admin, 2);
  });

  const newStream = () => `stream-${++streams}`;

  function appendAll(...commands: PreparedCommand[]): Promise<Outcome[]> {
    return append(database.append, 0, commands);
  }

  async function appendOne(command: PreparedCommand): Promise<Outcome> {
    const [outcome] = await appendAll(command);
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  }

  async function rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    // The caller names the columns that it selects.
    return (await database.admin.query(sql, values)).rows as Row[];
  }

  const claimsOf = (stream: string) =>
    rows<{ kind: string; key: string }>(
      'select kind, key from maskline.claim where stream_id = $1 order by kind, key',
      stream,
    );

  describe('the version of a stream', () => {
    it('starts a stream that does not exist and says how far it is', async () => {
      const stream = newStream();
      expect(await appendOne(plainCommand(stream, { data: [{ n: 1 }, { n: 2 }] }))).toMatchObject({
        kind: 'ok',
        version: 2,
      });
    });

    it('refuses to create a stream that exists, and hands back what is in it', async () => {
      const stream = newStream();
      await appendOne(plainCommand(stream, { data: [{ n: 'first' }] }));
      expect(await appendOne(plainCommand(stream, { data: [{ n: 'second' }] }))).toMatchObject({
        kind: 'conflict',
        version: 1,
        newer: [{ stream_id: stream, version: 1, type: 'Counted', data: { n: 'first' } }],
      });
      expect(await rows('select data from maskline.event where stream_id = $1', stream)).toEqual([
        { data: { n: 'first' } },
      ]);
    });

    it('refuses a version that is not the last, and one that is not there yet', async () => {
      const stream = newStream();
      await appendOne(plainCommand(stream, { data: [{ n: 1 }, { n: 2 }] }));
      expect(await appendOne(plainCommand(stream, { expectedVersion: 1 }))).toMatchObject({
        kind: 'conflict',
        version: 2,
        newer: [{ version: 2, data: { n: 2 } }],
      });
      expect(await appendOne(plainCommand(stream, { expectedVersion: 3 }))).toMatchObject({
        kind: 'conflict',
        version: 2,
        newer: [],
      });
      expect(await appendOne(plainCommand(newStream(), { expectedVersion: 1 }))).toMatchObject({
        kind: 'conflict',
        version: 0,
        newer: [],
      });
    });

    it('hands back at most 64 newer events, the oldest first', async () => {
      const stream = newStream();
      await appendOne(plainCommand(stream, { data: Array.from({ length: 70 }, (_, n) => ({ n })) }));
      const outcome = await appendOne(plainCommand(stream, { expectedVersion: 3 }));
      expect(outcome).toMatchObject({ kind: 'conflict', version: 70 });
      const newer = outcome.kind === 'conflict' ? outcome.newer : [];
      expect(newer.map(({ version }) => version)).toEqual(Array.from({ length: 64 }, (_, i) => 4 + i));
    });

    it('is judged for each command of a batch: one loses, the others win', async () => {
      const [taken, free, other] = [newStream(), newStream(), newStream()];
      await appendOne(plainCommand(taken));
      const outcomes = await appendAll(plainCommand(free), plainCommand(taken), plainCommand(other));
      expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'conflict', 'ok']);
      expect(
        await rows<{ stream_id: string }>(
          'select stream_id from maskline.event where stream_id = any ($1) order by position',
          [taken, free, other],
        ),
      ).toEqual([{ stream_id: taken }, { stream_id: free }, { stream_id: other }]);
    });
  });

  describe('a remembered command', () => {
    const remember = { fingerprint: 'f1' };

    it('is a duplicate the second time, whatever else is wrong with it by then', async () => {
      const stream = newStream();
      const command = plainCommand(stream, {
        commandId: `remembered ${stream}`,
        remember,
        claims: [{ kind: 'name', key: stream }],
      });
      expect(await appendOne(command)).toMatchObject({ kind: 'ok', version: 1 });
      const again = plainCommand(newStream(), {
        commandId: command.commandId,
        remember: { fingerprint: 'f2' },
        needs: [live('no such stream')],
        validUntil: '2000-01-01T00:00:00.000Z',
        claims: command.claims,
      });
      expect(await appendOne(again)).toEqual({
        kind: 'duplicate',
        sid: stream,
        version: 1,
        fingerprint: 'f1',
      });
    });

    it('is not remembered when it lost', async () => {
      const stream = newStream();
      const command = { commandId: `lost ${stream}`, remember, needs: [live('no such stream')] };
      expect(await appendOne(plainCommand(stream, command))).toMatchObject({ kind: 'parent' });
      expect(await appendOne(plainCommand(stream, { ...command, needs: [] }))).toMatchObject({ kind: 'ok' });
    });

    it('is remembered also when it changed nothing', async () => {
      const stream = newStream();
      await appendOne(plainCommand(stream));
      const idle = { commandId: `idle ${stream}`, remember, expectedVersion: 1, data: [] };
      expect(await appendOne(plainCommand(stream, idle))).toMatchObject({ kind: 'ok', version: 1 });
      expect(await appendOne(plainCommand(stream, idle))).toMatchObject({ kind: 'duplicate', version: 1 });
    });

    it('goes with others that are not remembered', async () => {
      const [one, two] = [newStream(), newStream()];
      const kept = plainCommand(one, { commandId: `kept ${one}`, remember });
      const outcomes = await appendAll(kept, plainCommand(two, { commandId: `free ${two}` }));
      expect(outcomes).toMatchObject([{ kind: 'ok' }, { kind: 'ok' }]);
      expect(
        await rows('select id, fingerprint from maskline.command where id = any ($1)', [
          kept.commandId,
          `free ${two}`,
        ]),
      ).toEqual([{ id: kept.commandId, fingerprint: 'f1' }]);
    });
  });

  describe('a deadline', () => {
    it('refuses a decision that it has overtaken, to the millisecond', async () => {
      const [before, after] = await rows<{ before: string; after: string }>(
        `select maskline.clock() as before, maskline.clock() + interval '1 minute' as after`,
      ).then(([row]) => [row?.before ?? '', row?.after ?? '']);
      const [late, early] = [newStream(), newStream()];
      expect(
        await appendAll(
          plainCommand(late, { validUntil: before ?? '' }),
          plainCommand(early, { validUntil: after ?? '' }),
          plainCommand(newStream()),
        ),
      ).toMatchObject([{ kind: 'late' }, { kind: 'ok' }, { kind: 'ok' }]);
    });
  });

  describe('a time', () => {
    it('that the clock has not come to yet, for it was set back, refuses the decision made then', async () => {
      const [row] = await rows<{ soon: string; ahead: string }>(
        `select maskline.clock() + interval '500 milliseconds' as soon, maskline.clock() + interval '1 minute' as ahead`,
      );
      expect(
        await appendAll(
          plainCommand(newStream(), { occurredAt: row?.ahead ?? '' }),
          plainCommand(newStream(), { occurredAt: row?.soon ?? '' }),
        ),
      ).toMatchObject([{ kind: 'late' }, { kind: 'ok' }]);
    });

    it('is told as the clock has it, also while that is behind the log', async () => {
      await moveClock(database, '1 hour');
      const [ahead] = await appendAll(plainCommand(newStream()), plainCommand(newStream()));
      await moveClock(database, '0');
      const [row] = await rows<{ until: string }>(`select maskline.clock() + interval '1 minute' as until`);
      // Its deadline is before the last time in the log, but has not come.
      const [behind] = await appendAll(plainCommand(newStream(), { validUntil: row?.until ?? '' }));
      expect([ahead, behind]).toMatchObject([{ kind: 'ok' }, { kind: 'ok' }]);
      const now = (outcome: Outcome | undefined) => (outcome && 'now' in outcome ? outcome.now : '');
      expect(now(behind) < now(ahead)).toBe(true);
      const [head] = await rows<{ recorded_at: string }>(
        'select recorded_at from maskline.partition_head order by recorded_at desc limit 1',
      );
      expect(head?.recorded_at).toBe(now(ahead));
    });
  });

  describe('a parent', () => {
    it('that has moved on from the version that was seen is told apart from one that is gone', async () => {
      const parent = newStream();
      const seen = (version: number | null) =>
        plainCommand(newStream(), { needs: [{ stream: parent, version }] });
      expect(await appendAll(seen(1), seen(null))).toMatchObject([
        { kind: 'parent', holder: parent },
        { kind: 'parent', holder: parent },
      ]);
      await appendOne(plainCommand(parent));
      await appendOne(plainCommand(parent, { expectedVersion: 1 }));
      expect(await appendAll(seen(1), seen(2), seen(null), seen(3))).toMatchObject([
        { kind: 'moved', holder: parent },
        { kind: 'ok' },
        { kind: 'ok' },
        { kind: 'moved', holder: parent },
      ]);
      await appendOne(plainCommand(parent, { expectedVersion: 2, status: 'deleted', state: null }));
      expect(await appendOne(seen(3))).toEqual({ kind: 'parent', holder: parent });
    });

    it('must be live', async () => {
      const [parent, child] = [newStream(), newStream()];
      const below = (expectedVersion: number) =>
        plainCommand(child, { needs: [live(parent)], expectedVersion });
      expect(await appendOne(below(0))).toEqual({ kind: 'parent', holder: parent });
      await appendOne(plainCommand(parent));
      expect(await appendOne(below(0))).toMatchObject({ kind: 'ok' });
      await appendOne(plainCommand(parent, { expectedVersion: 1, status: 'deleted', state: null }));
      expect(await appendOne(below(1))).toEqual({ kind: 'parent', holder: parent });
    });

    it('is named to the one that needs it, when others of the batch have theirs', async () => {
      const parent = newStream();
      await appendOne(plainCommand(parent));
      expect(
        await appendAll(
          plainCommand(newStream(), { needs: [live(parent)] }),
          plainCommand(newStream(), { needs: [live(parent), live('missing 1')] }),
          plainCommand(newStream(), { needs: [live('missing 2')] }),
          plainCommand(newStream(), { needs: [live(parent)] }),
        ),
      ).toMatchObject([
        { kind: 'ok' },
        { kind: 'parent', holder: 'missing 1' },
        { kind: 'parent', holder: 'missing 2' },
        { kind: 'ok' },
      ]);
    });
  });

  describe('a claim', () => {
    it('is held by one stream at a time, and its holder is named', async () => {
      const [holder, other] = [newStream(), newStream()];
      const claims = [{ kind: 'name', key: `of ${holder}` }];
      await appendOne(plainCommand(holder, { claims }));
      expect(await appendOne(plainCommand(other, { claims }))).toEqual({
        kind: 'taken',
        claim: 'name',
        holders: [holder],
      });
      expect(await claimsOf(other)).toEqual([]);
      await appendOne(plainCommand(holder, { expectedVersion: 1, releases: claims }));
      expect(await appendOne(plainCommand(other, { claims }))).toMatchObject({ kind: 'ok' });
      expect(await claimsOf(holder)).toEqual([]);
      expect(await claimsOf(other)).toEqual(claims);
    });

    it('is of one account, of one kind and to the byte', async () => {
      const key = `key of ${newStream()}`;
      const outcomes = await appendAll(
        plainCommand(newStream(), { claims: [{ kind: 'name', key }] }),
        plainCommand(newStream(), { claims: [{ kind: 'name', key }], accountSid: 'AC2' }),
        plainCommand(newStream(), { claims: [{ kind: 'pair', key }] }),
        plainCommand(newStream(), { claims: [{ kind: 'name', key: key.toUpperCase() }] }),
        plainCommand(newStream(), { claims: [{ kind: 'name', key: `${key} ` }] }),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    });

    it('cannot be released by a stream that does not hold it', async () => {
      const [holder, other] = [newStream(), newStream()];
      const claims = [{ kind: 'name', key: `of ${holder}` }];
      await appendOne(plainCommand(holder, { claims }));
      expect(await appendOne(plainCommand(other, { releases: claims }))).toMatchObject({ kind: 'ok' });
      expect(await claimsOf(holder)).toEqual(claims);
    });

    it('goes and comes in one command: a stream changes its name', async () => {
      const stream = newStream();
      const [before, after] = [`before ${stream}`, `after ${stream}`];
      await appendOne(plainCommand(stream, { claims: [{ kind: 'name', key: before }] }));
      await appendOne(
        plainCommand(stream, {
          expectedVersion: 1,
          releases: [{ kind: 'name', key: before }],
          claims: [{ kind: 'name', key: after }],
        }),
      );
      expect(await claimsOf(stream)).toEqual([{ kind: 'name', key: after }]);
    });
  });

  describe('a range of claims', () => {
    it('that must be empty names up to 64 holders when it is not', async () => {
      const kind = `pair ${newStream()}`;
      const holders = Array.from({ length: 66 }, () => newStream());
      await appendAll(
        ...holders.map((holder, i) =>
          plainCommand(holder, { claims: [{ kind, key: `n/${String(i).padStart(3, '0')}` }] }),
        ),
      );
      const empties = (lo: string, hi: string) => ({ empties: [{ kind, lo, hi }] });
      const outcome = await appendOne(plainCommand(newStream(), empties('n/', 'n0')));
      expect(outcome).toMatchObject({ kind: 'in_use', claim: kind });
      const named = outcome.kind === 'in_use' ? outcome.holders : [];
      expect(new Set(named).size).toBe(64);
      expect(holders).toEqual(expect.arrayContaining([...named]));

      expect(await appendOne(plainCommand(newStream(), empties('m/', 'n/')))).toMatchObject({ kind: 'ok' });
      expect(await appendOne(plainCommand(newStream(), empties('n/066', 'n0')))).toMatchObject({
        kind: 'ok',
      });
      expect(
        await appendOne(plainCommand(newStream(), { ...empties('n/', 'n0'), accountSid: 'AC2' })),
      ).toMatchObject({ kind: 'ok' });
    });

    it('has at most as many as its limit', async () => {
      const kind = `member ${newStream()}`;
      const join = (i: number) =>
        plainCommand(newStream(), {
          claims: [{ kind, key: `KS1/${i}` }],
          counts: [{ kind, lo: 'KS1/', hi: 'KS10', max: 2 }],
        });
      expect(await appendOne(join(1))).toMatchObject({ kind: 'ok' });
      expect(await appendOne(join(2))).toMatchObject({ kind: 'ok' });
      expect(await appendOne(join(3))).toEqual({ kind: 'limit', claim: kind, max: 2 });
    });
  });

  describe('the first reason', () => {
    it('is told when there are several', async () => {
      const stream = newStream();
      const claims = [{ kind: 'name', key: `of ${stream}` }];
      await appendOne(plainCommand(stream, { claims }));
      const everythingWrong = {
        expectedVersion: 7,
        validUntil: '2000-01-01T00:00:00.000Z',
        needs: [live('missing')],
        empties: [{ kind: 'name', lo: 'of', hi: 'og' }],
        claims,
      };
      const reasons: Outcome['kind'][] = [];
      for (const left of ['expectedVersion', 'validUntil', 'needs', 'empties', 'claims', null] as const) {
        const [outcome] = await appendAll(plainCommand(newStream(), everythingWrong));
        reasons.push(outcome?.kind ?? 'ok');
        if (left === 'expectedVersion') everythingWrong.expectedVersion = 0;
        if (left === 'validUntil') everythingWrong.validUntil = '2999-01-01T00:00:00.000Z';
        if (left === 'needs') everythingWrong.needs = [];
        if (left === 'empties') everythingWrong.empties = [];
        if (left === 'claims') everythingWrong.claims = [];
      }
      expect(reasons).toEqual(['conflict', 'late', 'parent', 'in_use', 'taken', 'ok']);
    });
  });

  describe('secrets', () => {
    const secretsOf = (sid: string) =>
      rows<{ slot: string; value: string }>(
        `select slot, encode(value, 'escape') as value from maskline.secret where sid = $1 order by slot`,
        sid,
      );

    it('are written, replaced and removed with the command, and are in no event', async () => {
      const stream = newStream();
      const set = (value: string | null) => ({
        sid: stream,
        slot: 'auth-token' as const,
        value: value === null ? null : Buffer.from(value),
      });
      await appendOne(plainCommand(stream, { secrets: [set('one')] }));
      expect(await secretsOf(stream)).toEqual([{ slot: 'auth-token', value: 'one' }]);
      await appendOne(plainCommand(stream, { expectedVersion: 1, secrets: [set('two')] }));
      expect(await secretsOf(stream)).toEqual([{ slot: 'auth-token', value: 'two' }]);
      expect(await appendOne(plainCommand(stream, { secrets: [set('of a loser')] }))).toMatchObject({
        kind: 'conflict',
      });
      expect(await secretsOf(stream)).toEqual([{ slot: 'auth-token', value: 'two' }]);
      await appendOne(plainCommand(stream, { expectedVersion: 2, secrets: [set(null)] }));
      expect(await secretsOf(stream)).toEqual([]);
    });

    it('are moved to another slot as they lie there then, in place of what was there', async () => {
      const stream = newStream();
      const set = (slot: 'auth-token' | 'secondary-token', value: string) => ({
        sid: stream,
        slot,
        value: Buffer.from(value),
      });
      const move = { sid: stream, slot: 'auth-token', from: 'secondary-token' } as const;
      const secrets = [set('auth-token', 'old'), set('secondary-token', 'new')];
      await appendOne(plainCommand(stream, { secrets }));
      expect(await appendOne(plainCommand(stream, { secrets: [move] }))).toMatchObject({ kind: 'conflict' });
      expect(await secretsOf(stream)).toEqual([
        { slot: 'auth-token', value: 'old' },
        { slot: 'secondary-token', value: 'new' },
      ]);
      await appendOne(plainCommand(stream, { expectedVersion: 1, secrets: [move] }));
      expect(await secretsOf(stream)).toEqual([{ slot: 'auth-token', value: 'new' }]);
      // What is not there replaces nothing.
      await appendOne(plainCommand(stream, { expectedVersion: 2, secrets: [move] }));
      expect(await secretsOf(stream)).toEqual([{ slot: 'auth-token', value: 'new' }]);
    });

    it('of an API key also tell whose it is', async () => {
      const stream = newStream();
      const key = (value: Buffer | null) => ({ sid: `SK ${stream}`, slot: 'key-hash' as const, value });
      const owner = () =>
        rows('select partition, account_sid from maskline.api_key where sid = $1', `SK ${stream}`);
      await appendOne(plainCommand(stream, { secrets: [key(Buffer.from('hash'))] }));
      expect(await owner()).toEqual([{ partition: 0, account_sid: specAccount }]);
      await appendOne(plainCommand(stream, { expectedVersion: 1, secrets: [key(null)] }));
      expect(await owner()).toEqual([]);
    });
  });

  describe('keys of encrypted fields', () => {
    const subjectsOf = async (stream: string) =>
      (
        await rows<{ subject: string }>(
          'select subject from maskline.event_key where stream_id = $1 order by subject',
          stream,
        )
      ).map(({ subject }) => subject);

    it('are kept, destroyed one by one, and all at once', async () => {
      const [stream, other] = [newStream(), newStream()];
      const keep = (subject: string) => ({ subject, wrapped: Buffer.from(`key of ${subject}`) });
      const destroy = (subject: string | null) => ({ subject, wrapped: null });
      await appendAll(
        plainCommand(stream, { keys: [keep('a'), keep('b'), keep('c')] }),
        plainCommand(other, { keys: [keep('a')] }),
      );
      expect(await subjectsOf(stream)).toEqual(['a', 'b', 'c']);
      await appendOne(plainCommand(stream, { expectedVersion: 1, keys: [destroy('b')] }));
      expect(await subjectsOf(stream)).toEqual(['a', 'c']);
      await appendOne(plainCommand(stream, { expectedVersion: 2, keys: [destroy(null)] }));
      expect(await subjectsOf(stream)).toEqual([]);
      expect(await subjectsOf(other)).toEqual(['a']);
    });
  });

  describe('the log', () => {
    it('has no gaps, whatever failed in between, and its time never goes backwards', async () => {
      for (let i = 0; i < 20; i++) {
        const stream = newStream();
        await appendAll(plainCommand(stream, { data: [{ i }, { i }] }), plainCommand(newStream()));
        await appendOne(plainCommand(stream)); // a conflict
        const broken = plainCommand(newStream(), { state: '{"broken' });
        await expect(appendAll(plainCommand(newStream()), broken)).rejects.toThrow();
      }
      const [log] = await rows<{ first: number; last: number; events: number; isOrdered: boolean }>(`
        select min(position) as first, max(position) as last, count(*)::int as events,
          bool_and(coalesce(recorded_at >= before, true)) as "isOrdered"
        from (select position, recorded_at, lag(recorded_at) over (order by position) as before
              from maskline.event where partition = 0) e`);
      const [head] = await rows<{ position: number }>(
        'select position from maskline.partition_head where partition = 0',
      );
      expect(log).toMatchObject({ first: 1, last: log?.events, isOrdered: true });
      expect(head?.position).toBe(log?.last);
    });

    it('counts each partition for itself', async () => {
      const stream = newStream();
      await append(database.append, 1, [plainCommand(stream)]);
      expect(
        await rows('select partition, position from maskline.event where stream_id = $1', stream),
      ).toEqual([{ partition: 1, position: 1 }]);
    });

    it('keeps every part of an event, and its hash can be computed again', async () => {
      const stream = newStream();
      const data = {
        text: 'Zoë said "no\\" 😀\n',
        numbers: [1e21, -0, 0.1, 1e-7],
        nested: { b: null, a: [] },
      };
      await appendOne(plainCommand(stream, { data: [data] }));
      const [row] = await rows<EventRow & { content_hash: Buffer }>(
        'select * from maskline.event where stream_id = $1',
        stream,
      );
      if (row === undefined) throw new Error('no event');
      const envelope = {
        accountSid: row.account_sid,
        actor: row.actor,
        causationId: row.causation_id,
        commandId: row.command_id,
        correlationId: row.correlation_id,
        eventId: row.event_id,
        occurredAt: isoTime(row.occurred_at),
        requestId: row.request_id,
        schemaVersion: row.schema_version,
        streamId: row.stream_id,
        traceParent: row.trace_parent,
        type: row.type,
        version: row.version,
      };
      expect(row.data).toEqual({ ...data, numbers: [1e21, 0, 0.1, 1e-7] });
      expect(contentHash(envelope, canonicalJson(row.data))).toBe(row.content_hash.toString('hex'));
    });
  });

  it('is refused outside read committed: judging needs a fresh snapshot under the head row', async () => {
    const client = await database.admin.connect();
    try {
      await client.query('begin isolation level repeatable read');
      await expect(append(client, 0, [plainCommand(newStream())])).rejects.toThrow('read committed');
      await client.query('rollback');
    } finally {
      client.release();
    }
  });

  it('fails for a partition that was never made', async () => {
    await expect(append(database.append, 7, [plainCommand(newStream())])).rejects.toThrow();
  });
});
