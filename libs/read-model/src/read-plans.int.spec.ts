import { beforeAll, describe, expect, it } from '@jest/globals';
import { forgetOldCommands, readLog, readStream } from '#event-store';
import { newSid, type Database } from '#platform';
import { postgresVersions, tableReadings, testDatabase, testService, testWorld } from '#testing';
import { numbersBelow } from './phone-number/numbers-below.js';
import { readEndedSessions } from './retention/ended-sessions.js';
import { ServiceQueries } from './service/service.queries.js';
import { SessionQueries } from './session/session.queries.js';
import { sessionsBelow } from './session/sessions-below.js';
import {
  partitionsWithDueTimers,
  readDueTimers,
  readTimersBetween,
  readTimersOf,
} from './timers/read-timers.js';
import { settleTimers } from './timers/settle-timers.js';

const tables = ['event', 'session', 'service', 'phone_number', 'command'];
/** Rows in each table by the time that counts, nearly all below one service and of one account. */
const many = 50_000;
/** Rows and index entries that a read may touch in one table: pages of ten, and a look-up for each of them. */
const most = 50;

// A prepared statement keeps the plan that it was given while there was next to nothing to be read.
describe.each(postgresVersions())('plans made while the tables were small, on PostgreSQL %s', (postgres) => {
  let database: Database;
  let accountSid: string;
  let service: string;
  let sids: string[];
  let services: ServiceQueries;
  let sessions: SessionQueries;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    // Autovacuum would analyse the tables and have the plans made anew, to our advantage.
    for (const table of tables) {
      await database.admin.query(`alter table maskline.${table} set (autovacuum_enabled = false)`);
    }
    const world = await testWorld(database);
    const made = await testService(world);
    ({ sid: service, accountSid } = made);
    sids = await made.addSessions(10, { ttl: 3600 });
    services = new ServiceQueries(database, 1);
    sessions = new SessionQueries(database, 1);
    // From the sixth time on PostgreSQL keeps a plan for good.
    for (let i = 0; i < 8; i++) await everyRead();
    await fill();
  });

  const size = 10;
  const slices = Array.from({ length: 64 }, (_, slice) => slice);
  const first = () => sids[0] ?? '';
  const never = () => undefined;
  const from = (direction: 'after' | 'before', sid: string) => {
    return { size, from: { direction, dateCreated: '2026-01-02T03:04:05.006Z', sid } };
  };

  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    'a session by its SID': () => sessions.get(accountSid, service, first()),
    'a session by its name': () => sessions.sidOf(accountSid, service, 'nobody').catch(never),
    'a service by its SID': () => services.get(accountSid, service),
    'a service by its name': () => services.sidOf(accountSid, 'nobody').catch(never),
    'sessions after one': () => sessions.list(accountSid, service, from('after', first())),
    'sessions before one': () => sessions.list(accountSid, service, from('before', first())),
    'sessions from an offset': () => sessions.list(accountSid, service, { size, from: 10 }),
    'services after one': () => services.list(accountSid, from('after', service)),
    'services before one': () => services.list(accountSid, from('before', service)),
    'services from an offset': () => services.list(accountSid, { size, from: 10 }),
    'what is below a service': () => sessionsBelow(database.reads, 0, service, size),
    'the numbers of a service': () => numbersBelow(database.reads, 0, service, size),
    'due timers': () => readDueTimers(database.reads, { partition: 0, slices, after: null, limit: size }),
    'timers of a time': () => readTimersBetween(database.reads, 0, null, '2000-01-01T00:00:00.000Z', 250),
    'timers of sessions': () => readTimersOf(database.reads, 0, sids),
    'whether timers are late': () => partitionsWithDueTimers(database.reads, 60),
    'what ended long ago': () => readEndedSessions(database.reads, 0, '9999-01-01T00:00:00Z', null, size),
    'timers to settle': () => settleTimers(database.reads, 0, sids),
    'commands to forget': () => forgetOldCommands(database.reads, size),
    'the log': () => readLog(database.reads, { partition: 0, after: 3, types: null, limit: size }, {}),
    'a stream': async () => {
      for await (const recorded of readStream(database.reads, { partition: 0, streamId: first() }, {})) {
        expect(recorded.streamId).toBe(first());
      }
    },
  };

  async function everyRead(): Promise<void> {
    for (const read of Object.values(reads)) await read();
  }

  async function fill(): Promise<void> {
    const rows = `from generate_series(1, ${many}) i`;
    const old = `'old-' || i`;
    for (const sql of [
      `insert into maskline.session (partition, sid, account_sid, service_sid, unique_name, status, mode, ttl, date_ended, expires_at, timer_at,
         version, date_created, date_updated)
       select 0, ${old}, '${accountSid}', '${service}', ${old}, 'open', 'voice-only', 60, now() - i * interval '1 day', now() + interval '1 hour',
         now() + interval '1 hour', 1, now() - i * interval '1 second', now() ${rows}`,
      `insert into maskline.service (partition, sid, account_sid, unique_name, default_ttl, geo_match_level,
         number_selection_behavior, version, date_created, date_updated)
       select 0, ${old}, '${accountSid}', ${old}, 0, 'country', 'prefer-sticky', 1, now() - i * interval '1 second', now() ${rows}`,
      `insert into maskline.phone_number (partition, sid, account_sid, service_sid, phone_number, friendly_name, iso_country, capabilities,
         is_reserved, version, date_created, date_updated)
       select 0, ${old}, '${accountSid}', '${service}', ${old}, 'x', 'US', '{}', false, 1, now() - i * interval '1 second', now() ${rows}`,
      `insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
         correlation_id, actor, occurred_at, recorded_at, data, content_hash)
       select 0, h.position + i, '${newSid('KC')}', i, 'Counted', 1, gen_random_uuid(), '${accountSid}', ${old}, 'x', 'x', now(), now(),
         '{}', '\\x00' from maskline.partition_head h, generate_series(1, ${many}) i where h.partition = 0`,
      `insert into maskline.command (partition, id, sid, version, recorded_at) select 0, ${old}, 'x', 1, maskline.clock() ${rows}`,
      `update maskline.partition_head set position = position + ${many} where partition = 0`,
    ]) {
      await database.admin.query(sql);
    }
  }

  it.each(Object.keys(reads))('find %s and walk past nothing else', async (name) => {
    const read = async () => {
      await reads[name]?.();
      return tableReadings(database, 'reads', tables);
    };
    const before = await read();
    const after = await read();
    const touched = tables.map((table) => ({
      table,
      scans: (after[table]?.scans ?? 0) - (before[table]?.scans ?? 0),
      read: (after[table]?.read ?? 0) - (before[table]?.read ?? 0),
    }));
    expect(touched.filter(({ scans, read }) => scans > 0 || read > most)).toEqual([]);
  });

  it('are counted at all', async () => {
    const before = await tableReadings(database, 'reads', tables);
    for (const read of Object.values(reads)) await read();
    const after = await tableReadings(database, 'reads', tables);
    for (const table of tables) {
      expect((after[table]?.read ?? 0) - (before[table]?.read ?? 0)).toBeGreaterThan(9);
    }
  });
});
