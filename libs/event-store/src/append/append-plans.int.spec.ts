import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { postgresVersions, tableReadings, testDatabase } from '#testing';
import { load } from '../load/load.js';
import { ensurePartitions } from '../partitions.js';
import { live, plainCommand, specAccount } from '../spec/plain-command.js';
import { append } from './append.js';
import { appendOne } from './append-one.js';
import type { PreparedCommand } from './prepared-command.js';

/** Rows in each table by the time that counts. */
const many = 100_000;
const batch = 64;
/** Index entries and rows that one command may make PostgreSQL read, in all look-ups together. */
const most = 60;

// A cached plan is made for the tables as they were: here they are empty when it is made and full when it is used.
describe.each(postgresVersions())('plans made while the tables were empty, on PostgreSQL %s', (postgres) => {
  let database: Database;
  let streams = 0;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    await ensurePartitions(database.admin, 1);
    // Autovacuum would analyse the tables and have the plans made anew, to our advantage.
    for (const table of tables) {
      await database.admin.query(`alter table maskline.${table} set (autovacuum_enabled = false)`);
    }
    // From the sixth time on PostgreSQL keeps a plan for good.
    for (let i = 0; i < 8; i++) await everyKind();
    await fill(database);
  });

  /** A batch of commands that touch every table in every way, and the loads that go before them. */
  async function everyKind(): Promise<void> {
    const fresh = () => `new-${++streams}`;
    const created: PreparedCommand[] = [];
    for (let i = 0; i < batch; i++) {
      const stream = fresh();
      created.push(
        plainCommand(stream, {
          commandId: `command of ${stream}`,
          remember: { fingerprint: 'f' },
          validUntil: '2999-01-01T00:00:00.000Z',
          claims: [{ kind: 'name', key: stream }],
          empties: [{ kind: 'pair', lo: `${stream}/`, hi: `${stream}0` }],
          counts: [{ kind: 'name', lo: `${stream}/`, hi: `${stream}0`, max: 1 }],
          secrets: [
            { sid: stream, slot: 'key-hash', value: Buffer.from('x') },
            { sid: stream, slot: 'secondary-token', value: Buffer.from('x') },
          ],
          keys: [{ subject: stream, wrapped: Buffer.from('x') }],
          rows: [
            { table: 'session', sid: stream, row: sessionRow(stream) },
            { table: 'service', sid: stream, row: serviceRow(stream) },
            { table: 'participant', sid: `KP ${stream}`, row: participantRow(stream) },
            { table: 'interaction', sid: `KI ${stream}`, row: interactionRow(stream) },
            { table: 'phone_number', sid: stream, row: numberRow(stream, 'phone_number') },
            { table: 'short_code', sid: stream, row: numberRow(stream, 'short_code') },
          ],
          uses: [{ serviceSid: `KS ${stream}`, number: `phone_number ${stream}`, change: 1 }],
        }),
      );
    }
    await expectAll('ok', created);
    const lone = fresh();
    const claims = [{ kind: 'name', key: lone }];
    const rows = [{ table: 'session', sid: lone, row: sessionRow(lone) }];
    const needs = created.slice(0, 1).map(({ streamId }) => ({ stream: streamId, version: 1 }));
    const outcomes = await appendOne(database.append, 0, [plainCommand(lone, { claims, rows, needs })]);
    expect(outcomes).toMatchObject([{ kind: 'ok' }]);
    const ended = created.map(({ streamId }) =>
      plainCommand(streamId, {
        expectedVersion: 1,
        needs: [live(created[0]?.streamId ?? '')],
        releases: [{ kind: 'name', key: streamId }],
        secrets: [
          { sid: streamId, slot: 'key-hash', value: null },
          { sid: streamId, slot: 'auth-token', from: 'secondary-token' },
        ],
        keys: [{ subject: null, wrapped: null }],
        rows: [
          { table: 'session', sid: streamId, row: null },
          { table: 'service', sid: streamId, row: null },
          { table: 'participant', below: streamId },
          { table: 'interaction', below: streamId },
          { table: 'participant', sid: `KP gone ${streamId}`, row: null },
          { table: 'interaction', sid: `KI gone ${streamId}`, row: null },
          { table: 'phone_number', sid: streamId, row: null },
          { table: 'short_code', sid: streamId, row: null },
        ],
        uses: [{ serviceSid: `KS ${streamId}`, number: `phone_number ${streamId}`, change: -1 }],
      }),
    );
    await expectAll('ok', ended);
    await expectAll('duplicate', created);
    await expectAll(
      'conflict',
      created.map(({ streamId }) => plainCommand(streamId)),
    );
    await load(
      database.append,
      created.map(({ streamId, commandId }) => ({
        partition: 0,
        accountSid: specAccount,
        streamId,
        commandId,
        rowsOf: 'session',
        subjects: [streamId],
        children: [`KP ${streamId}`, `KI ${streamId}`],
      })),
    );
  }

  async function expectAll(kind: string, commands: readonly PreparedCommand[]): Promise<void> {
    const outcomes = await append(database.append, 0, commands);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(commands.map(() => kind));
  }

  it('look up what they need and scan nothing', async () => {
    await everyKind(); // whatever is planned anew because a table grew by much
    const before = await tableReadings(database, 'append', tables);
    await everyKind();
    const after = await tableReadings(database, 'append', tables);
    const scanned = Object.entries(after).map(([name, { scans, read }]) => {
      const { scans: scansBefore = 0, read: readBefore = 0 } = before[name] ?? {};
      return { name, scans: scans - scansBefore, readPerCommand: Math.round((read - readBefore) / batch) };
    });
    expect(scanned.filter(({ scans }) => scans > 0)).toEqual([]);
    expect(scanned.filter(({ readPerCommand }) => readPerCommand > most)).toEqual([]);
    // The counters do count.
    expect(scanned.reduce((sum, { readPerCommand }) => sum + readPerCommand, 0)).toBeGreaterThan(5);
  });
});

const tables = [
  'event',
  'stream',
  'claim',
  'command',
  'event_key',
  'secret',
  'api_key',
  'session',
  'service',
  'participant',
  'interaction',
  'phone_number',
  'short_code',
  'number_use',
];

async function fill(database: Database): Promise<void> {
  const account = `'${specAccount}'`;
  const old = `'old-' || i`;
  const rows = `from generate_series(1, ${many}) i`;
  const { rows: heads } = await database.admin.query<{ position: number }>(
    'select position from maskline.partition_head where partition = 0',
  );
  const head = heads[0]?.position ?? 0;
  for (const sql of [
    `insert into maskline.stream select 0, ${old}, ${account}, 'counter', 1, 'live', '{}', 1 ${rows}`,
    `insert into maskline.claim select 0, ${account}, 'name', ${old}, ${old} ${rows}`,
    `insert into maskline.command select 0, ${old}, 'f', ${old}, 1, maskline.clock() ${rows}`,
    `insert into maskline.event_key select 0, ${old}, ${old}, 'x' ${rows}`,
    `insert into maskline.secret select 0, ${account}, ${old}, 'key-hash', 'x' ${rows}`,
    `insert into maskline.api_key select ${old}, 0, ${account} ${rows}`,
    `insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
       correlation_id, actor, occurred_at, recorded_at, data, content_hash)
     select 0, ${head} + i, ${old}, 1, 'Counted', 1, gen_random_uuid(), ${account}, ${old}, 'x', 'x',
       maskline.clock(), maskline.clock(), '{}', '\\x00' ${rows}`,
    `update maskline.partition_head set position = ${head} + ${many} where partition = 0`,
    `insert into maskline.session (partition, sid, account_sid, service_sid, status, mode, ttl, version, date_created, date_updated)
     select 0, ${old}, ${account}, 'KS1', 'open', 'voice-only', 0, 1, maskline.clock(), maskline.clock() ${rows}`,
    `insert into maskline.service (partition, sid, account_sid, unique_name, default_ttl, geo_match_level,
       number_selection_behavior, version, date_created, date_updated)
     select 0, ${old}, ${account}, ${old}, 0, 'country', 'prefer-sticky', 1, maskline.clock(), maskline.clock() ${rows}`,
    `insert into maskline.claim select 0, ${account}, 'pair', ${old} || '/n/p', ${old} ${rows}`,
    `insert into maskline.participant select 0, ${old}, ${account}, 'KS1', 'of ' || i / 2, ${old}, null, 'n', 'n', null,
       maskline.clock(), maskline.clock() ${rows}`,
    `insert into maskline.interaction select 0, ${old}, ${account}, 'KS1', 'of ' || i / 2, 'message', '{}', '[]', null, ${old}, null, null, null,
       ${old}, ${old}, null, null, null, 0, true, maskline.clock(), maskline.clock() ${rows}`,
    `insert into maskline.phone_number select 0, ${old}, ${account}, 'KS1', ${old}, 'n', 'US', '{}', false, 1, maskline.clock(), maskline.clock() ${rows}`,
    `insert into maskline.short_code select 0, ${old}, ${account}, 'KS1', ${old}, 'US', '{}', false, 1, maskline.clock(), maskline.clock() ${rows}`,
    `insert into maskline.number_use select 0, 'KS1', ${old}, ${old}, ${account}, 'US', null, false, true, true, 0, maskline.clock() ${rows}`,
  ]) {
    await database.admin.query(sql);
  }
}

const time = '2026-01-02T03:04:05.006Z';

function sessionRow(sid: string): string {
  return JSON.stringify({
    sid,
    account_sid: specAccount,
    service_sid: 'KS1',
    unique_name: sid,
    status: 'open',
    mode: 'voice-only',
    ttl: 0,
    expires_at: time,
    version: 1,
    date_created: time,
    date_updated: time,
  });
}

function serviceRow(sid: string): string {
  return JSON.stringify({
    sid,
    account_sid: specAccount,
    unique_name: sid,
    default_ttl: 0,
    geo_match_level: 'country',
    number_selection_behavior: 'prefer-sticky',
    version: 1,
    date_created: time,
    date_updated: time,
  });
}

function participantRow(session: string): string {
  return JSON.stringify({
    sid: `KP ${session}`,
    account_sid: specAccount,
    service_sid: 'KS1',
    session_sid: session,
    identifier: session,
    proxy_identifier: 'n',
    proxy_identifier_sid: 'PN1',
    date_created: time,
    date_updated: time,
  });
}

function interactionRow(session: string): string {
  return JSON.stringify({
    sid: `KI ${session}`,
    account_sid: specAccount,
    service_sid: 'KS1',
    session_sid: session,
    type: 'message',
    media_urls: [],
    inbound_resource_sid: session,
    outbound_participant_sid: session,
    attempts: 0,
    is_pending: true,
    date_created: time,
    date_updated: time,
  });
}

function numberRow(sid: string, kind: 'phone_number' | 'short_code'): string {
  return JSON.stringify({
    sid,
    account_sid: specAccount,
    service_sid: `KS ${sid}`,
    [kind]: `${kind} ${sid}`,
    friendly_name: 'n',
    iso_country: 'US',
    capabilities: { voice: true, sms: true },
    is_reserved: false,
    version: 1,
    date_created: time,
    date_updated: time,
  });
}
