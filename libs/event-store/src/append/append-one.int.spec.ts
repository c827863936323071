import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { postgresVersions, testDatabase } from '#testing';
import { ensurePartitions } from '../partitions.js';
import { live, plainCommand, specAccount } from '../spec/plain-command.js';
import { append } from './append.js';
import { appendOne } from './append-one.js';
import type { PreparedCommand } from './prepared-command.js';

describe.each(postgresVersions())('a command that is alone, on PostgreSQL %s', (postgres) => {
  let database: Database;
  let streams = 0;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    await ensurePartitions(database.admin, 2);
    await append(database.append, 1, [
      plainCommand('parent'),
      plainCommand('deleted', { status: 'deleted', state: null }),
      plainCommand('holder', { claims: [{ kind: 'name', key: 'taken' }] }),
      plainCommand('begun'),
    ]);
  });

  const newStream = () => `stream-${++streams}`;
  const alone = (...commands: PreparedCommand[]) => appendOne(database.append, 1, commands);

  /** Everything in the database that names the stream, under a name that all streams share. */
  async function traces(stream: string): Promise<unknown> {
    const { rows } = await database.admin.query<{ traces: string }>(
      `select jsonb_build_array(
         (select jsonb_agg(to_jsonb(e) - '{position,recorded_at,event_id,command_id,content_hash}'::text[] order by version)
          from maskline.event e where stream_id = $1),
         (select to_jsonb(s) from maskline.stream s where stream_id = $1),
         (select jsonb_agg(to_jsonb(c) order by key) from maskline.claim c where stream_id = $1),
         (select to_jsonb(s) from maskline.session s where sid = $1),
         (select jsonb_agg(to_jsonb(k)) from maskline.event_key k where stream_id = $1))::text as traces`,
      [stream],
    );
    return JSON.parse((rows[0]?.traces ?? '').replaceAll(stream, 'stream'));
  }

  async function head(): Promise<number> {
    const { rows } = await database.admin.query<{ position: number }>(
      'select position from maskline.partition_head where partition = 1',
    );
    return rows[0]?.position ?? Number.NaN;
  }

  const creation = (stream: string) =>
    plainCommand(stream, {
      needs: [{ stream: 'parent', version: 1 }, live('begun')],
      claims: [{ kind: 'name', key: stream }],
      keys: [{ subject: stream, wrapped: Buffer.of(1, 2, 3) }],
      validUntil: '2999-01-01T00:00:00.000Z',
      rows: [{ table: 'session', sid: stream, row: sessionRow(stream) }],
    });
  const change = (stream: string) =>
    plainCommand(stream, {
      expectedVersion: 1,
      stateSchema: 2,
      rows: [{ table: 'session', sid: stream, row: sessionRow(stream, { ttl: 7, version: 2 }) }],
    });

  it('leaves behind just what the append of a batch leaves', async () => {
    const [one, other] = [newStream(), newStream()];
    for (const command of [creation, change]) {
      expect(await append(database.append, 1, [command(one)])).toMatchObject([{ kind: 'ok' }]);
      expect(await alone(command(other))).toMatchObject([{ kind: 'ok' }]);
      expect(await traces(other)).toEqual(await traces(one));
    }
    expect(await traces(other)).toMatchObject([
      [{ version: 1 }, { version: 2 }],
      { version: 2, state_schema: 2 },
      [{ kind: 'name' }],
      { ttl: 7 },
      [{ subject: 'stream', wrapped_key: '\\x010203' }],
    ]);
  });

  it('takes the next position and the time of the head', async () => {
    const stream = newStream();
    const before = await head();
    const outcomes = await alone(plainCommand(stream));
    const { rows } = await database.admin.query<{ position: number; recorded_at: string }>(
      'select position, recorded_at from maskline.event where partition = 1 and stream_id = $1',
      [stream],
    );
    expect(rows).toEqual([{ position: before + 1, recorded_at: expect.any(String) }]);
    expect(outcomes).toEqual([{ kind: 'ok', version: 1, now: rows[0]?.recorded_at }]);
    expect(await head()).toBe(before + 1);
  });

  it('keeps no state of an older shape', async () => {
    const stream = newStream();
    await alone(plainCommand(stream, { stateSchema: 2 }));
    await alone(plainCommand(stream, { expectedVersion: 1, stateSchema: 1 }));
    expect(await traces(stream)).toMatchObject([
      {},
      { version: 2, state: null, state_schema: 0 },
      null,
      null,
      null,
    ]);
  });

  it.each<[string, Partial<PreparedCommand>]>([
    ['whose stream has moved on', { streamId: 'begun' }],
    ['whose stream is not that far', { expectedVersion: 3 }],
    ['whose deadline has passed', { validUntil: '2000-01-01T00:00:00.000Z' }],
    ['that is decided in the future', { occurredAt: '2999-01-01T00:00:00.000Z' }],
    ['whose parent has moved on', { needs: [{ stream: 'parent', version: 2 }] }],
    ['whose parent does not exist', { needs: [live('nobody')] }],
    ['whose parent is deleted', { needs: [live('deleted')] }],
    ['whose other need has moved on', { needs: [live('parent'), { stream: 'begun', version: 9 }] }],
    ['whose other need is deleted', { needs: [live('parent'), live('deleted')] }],
    ['whose name is taken', { claims: [{ kind: 'name', key: 'taken' }] }],
  ])('writes nothing of one %s, and leaves the answer to append', async (_, over) => {
    const command = plainCommand(newStream(), over);
    const [before, tracesBefore] = [await head(), await traces(command.streamId)];
    expect(await alone(command)).toBeNull();
    expect(await head()).toBe(before);
    expect(await traces(command.streamId)).toEqual(tracesBefore);
  });

  it.each<[string, (stream: string) => PreparedCommand[]]>([
    ['two commands', (stream) => [plainCommand(stream), plainCommand(newStream())]],
    ['two events', (stream) => [plainCommand(stream, { data: [{ n: 1 }, { n: 2 }] })]],
    ['no event', (stream) => [plainCommand(stream, { data: [] })]],
    ['one to be remembered', (stream) => [plainCommand(stream, { remember: { fingerprint: 'f' } })]],
    [
      'one with three parents',
      (stream) => [plainCommand(stream, { needs: [live('parent'), live('begun'), live('holder')] })],
    ],
    [
      'one with two keys',
      (stream) => [
        plainCommand(stream, { keys: ['a', 'b'].map((subject) => ({ subject, wrapped: Buffer.of(1) })) }),
      ],
    ],
    [
      'one that releases a name',
      (stream) => [plainCommand(stream, { releases: [{ kind: 'name', key: 'x' }] })],
    ],
    [
      'one that destroys a key',
      (stream) => [plainCommand(stream, { keys: [{ subject: null, wrapped: null }] })],
    ],
    [
      'one with a secret',
      (stream) => [plainCommand(stream, { secrets: [{ sid: stream, slot: 'key-hash', value: null }] })],
    ],
    [
      'one that needs a range to be empty',
      (stream) => [plainCommand(stream, { empties: [{ kind: 'name', lo: 'a', hi: 'b' }] })],
    ],
    [
      'one that counts',
      (stream) => [plainCommand(stream, { counts: [{ kind: 'name', lo: 'a', hi: 'b', max: 9 }] })],
    ],
  ])('does not take %s', async (_, commands) => {
    const stream = newStream();
    expect(await alone(...commands(stream))).toBeNull();
    expect(await traces(stream)).toEqual([null, null, null, null, null]);
  });
});

function sessionRow(sid: string, over: object = {}): string {
  const now = '2026-01-02T03:04:05.006Z';
  return JSON.stringify({
    sid,
    account_sid: specAccount,
    service_sid: 'KS1',
    unique_name: null,
    status: 'open',
    mode: 'voice-only',
    ttl: 60,
    version: 1,
    date_created: now,
    date_updated: now,
    ...over,
  });
}
