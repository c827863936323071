import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { postgresVersions, tableReadings, testDatabase, testService, testWorld } from '#testing';
import { NumberPool, type NumberWish } from './number-pool.js';
import { PhoneNumberQueries } from './phone-number.queries.js';

const tables = ['number_use', 'phone_number', 'short_code', 'participant', 'claim', 'session'];
const numbers = 5000;
const people = 100_000;
/** What the person has behind them who has been here most. */
const past = 5000;
const pastNumbers = 20;

// A prepared statement keeps the plan that it was given while there was next to nothing to be read.
describe.each(postgresVersions())('picks planned while the pool was small, on PostgreSQL %s', (postgres) => {
  let database: Database;
  let pool: NumberPool;
  let queries: PhoneNumberQueries;
  let wish: NumberWish;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    // Autovacuum would analyse the tables and have the plans made anew, to our advantage.
    for (const table of tables) {
      await database.admin.query(`alter table maskline.${table} set (autovacuum_enabled = false)`);
    }
    const { sid: serviceSid, accountSid } = await testService(await testWorld(database));
    pool = new NumberPool(database, 1);
    queries = new PhoneNumberQueries(database, 1);
    wish = {
      accountSid,
      serviceSid,
      session: { mode: 'voice-and-message' },
      identifier: '+14152007986',
      countries: ['US'],
      areaCodes: {},
      isUnused: false,
    };
    for (let i = 0; i < 8; i++) for (const { read } of Object.values(reads)) await read();
    await fill();
  });

  /** Each with how many rows and index entries it may touch in one table. */
  const reads: Readonly<Record<string, { most: number; read: () => Promise<unknown> }>> = {
    'a number for somebody new': { most: 10, read: () => picked(wish) },
    'a number for somebody new who avoids what they had': {
      most: 10,
      read: () => avoiding(() => picked(wish)),
    },
    'a number for a session that is there': {
      most: 10,
      read: () => picked({ ...wish, session: { sid: 'KC-often-7' } }),
    },
    'a number that nobody uses': { most: 10, read: () => picked({ ...wish, isUnused: true }) },
    'a number for somebody with thousands of sessions': {
      most: 8 * pastNumbers,
      read: () => picked({ ...wish, identifier: 'often' }),
    },
    'a number for somebody with thousands of sessions who avoids what they had': {
      most: 8 * pastNumbers,
      read: () => avoiding(() => picked({ ...wish, identifier: 'often' })),
    },
    'a number by itself': { most: 10, read: () => pool.find(wish, { number: '+14152000007', sid: null }) },
    'a number by its SID': { most: 10, read: () => pool.find(wish, { number: null, sid: 'PN7' }) },
    'the numbers of a session': { most: 10, read: () => pool.heldBy(wish.accountSid, 'KC-often-7') },
    'a page of the pool': {
      most: 60,
      read: () => queries.list(wish.accountSid, wish.serviceSid, { size: 10, from: 0 }),
    },
  };

  const picked = async (wanted: NumberWish) => (await pool.pick(wanted)).number;

  async function avoiding<Read>(read: () => Promise<Read>): Promise<Read> {
    const behave = (behavior: string) =>
      database.admin.query('update maskline.service set number_selection_behavior = $1', [behavior]);
    await behave('avoid-sticky');
    const found = await read();
    await behave('prefer-sticky');
    return found;
  }

  async function fill(): Promise<void> {
    const { accountSid, serviceSid } = wish;
    const number = (i: string) => `'+14152' || lpad((${i})::text, 6, '0')`;
    for (const sql of [
      `insert into maskline.phone_number (partition, sid, account_sid, service_sid, phone_number, friendly_name, iso_country,
         capabilities, is_reserved, version, date_created, date_updated)
       select 0, 'PN' || i, '${accountSid}', '${serviceSid}', ${number('i')}, '', 'US', '{}', false, 1, now(), now()
       from generate_series(1, ${numbers}) i`,
      `insert into maskline.number_use (partition, service_sid, number, sid, account_sid, iso_country, area_code, is_reserved, can_call,
         can_text, sessions, added_at)
       select 0, '${serviceSid}', ${number('i')}, 'PN' || i, '${accountSid}', 'US', '415', false, true, true, 0,
         now() + i * interval '1 millisecond' from generate_series(1, ${numbers}) i`,
      `insert into maskline.participant (partition, sid, account_sid, service_sid, session_sid, identifier, proxy_identifier,
         proxy_identifier_sid, date_created, date_updated)
       select 0, 'KP' || i, '${accountSid}', '${serviceSid}', 'KC' || i, '+1628' || i, ${number(`i % ${numbers} + 1`)},
         'PN' || (i % ${numbers} + 1), now(), now() from generate_series(1, ${people}) i`,
      `insert into maskline.participant (partition, sid, account_sid, service_sid, session_sid, identifier, proxy_identifier,
         proxy_identifier_sid, date_created, date_updated)
       select 0, 'KP-often-' || i, '${accountSid}', '${serviceSid}', 'KC-often-' || i, 'often', ${number(`i % ${pastNumbers} + 1`)},
         'PN' || (i % ${pastNumbers} + 1), now() - i * interval '1 minute', now() from generate_series(1, ${past}) i`,
      `insert into maskline.session (partition, sid, account_sid, service_sid, status, mode, ttl, version, date_created, date_updated)
       select 0, 'KC-often-' || i, '${accountSid}', '${serviceSid}', 'open', 'voice-and-message', 0, 1, now(), now()
       from generate_series(1, ${past}) i`,
      `insert into maskline.claim (partition, account_sid, kind, key, stream_id)
       select 0, '${accountSid}', 'pair', '${serviceSid}/' || ${number(`i % ${numbers} + 1`)} || '/+1628' || i, 'KC' || i
       from generate_series(1, ${people}) i`,
      // The person who is here often is so on the number that they had last, at this moment.
      `insert into maskline.claim (partition, account_sid, kind, key, stream_id)
       values (0, '${accountSid}', 'pair', '${serviceSid}/' || ${number('2')} || '/often', 'KC-often-1')`,
    ]) {
      await database.admin.query(sql);
    }
  }

  it.each(Object.keys(reads))('find %s and walk past nothing else', async (name) => {
    const { most = 0, read } = reads[name] ?? {};
    const seen = async () => {
      expect(await read?.()).not.toBeNull();
      return tableReadings(database, 'reads', tables);
    };
    const before = await seen();
    const after = await seen();
    const touched = tables.map((table) => ({
      table,
      scans: (after[table]?.scans ?? 0) - (before[table]?.scans ?? 0),
      read: (after[table]?.read ?? 0) - (before[table]?.read ?? 0),
    }));
    expect(touched.filter(({ scans, read: rows }) => scans > 0 || rows > most)).toEqual([]);
  });

  it('choose what the rules say', async () => {
    const often = { ...wish, identifier: 'often' };
    const first = { number: '+14152000001', version: 1 };
    expect(await picked(wish)).toMatchObject(first);
    // The last one is taken, so the one before.
    expect(await picked(often)).toMatchObject({ number: '+14152000003' });
    expect(await avoiding(() => picked(often))).toMatchObject({
      number: `+141520000${pastNumbers + 1}`,
    });
  });

  it('go by the mode of the session, and find nothing for one that is not there', async () => {
    const voice = { ...wish, session: { mode: 'voice-only' as const } };
    expect(await pool.pick({ ...wish, session: { sid: 'KC-often-7' } })).toMatchObject({
      mode: 'voice-and-message',
      number: { number: '+14152000001' },
    });
    expect(await pool.pick(voice)).toMatchObject({ mode: 'voice-only', number: { sid: 'PN1' } });
    for (const vain of [
      { ...wish, session: { sid: 'KC-nobody' } },
      { ...wish, serviceSid: 'KS-other', session: { sid: 'KC-often-7' } },
      { ...voice, serviceSid: 'KS-other' },
      { ...voice, accountSid: 'AC-other' },
    ]) {
      expect(await picked(vain)).toBeNull();
    }
  });
});
