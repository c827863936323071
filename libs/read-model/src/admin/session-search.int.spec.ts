import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { tableReadings, testDatabase, testService, testWorld } from '#testing';
import { SessionSearch } from './session-search.js';
import type { SessionFilter } from './search-statement.js';

const tables = ['session', 'service', 'participant'];
const many = 60_000;
const anything: SessionFilter = {
  sid: null,
  uniqueName: null,
  identifier: null,
  serviceSid: null,
  status: null,
  mode: null,
  createdFrom: null,
  createdTo: null,
  endedFrom: null,
  endedTo: null,
};

let database: Database;
let accountSid: string;
let service: string;
let search: SessionSearch;
let world: Awaited<ReturnType<typeof testWorld>>;

beforeAll(async () => {
  ({ database } = await testDatabase());
  world = await testWorld(database);
  const made = await testService(world);
  ({ sid: service, accountSid } = made);
  search = new SessionSearch(database, 1);
  // Of this account and of another, nearly all closed long ago; every thousandth is open.
  const other = await testService(world);
  const owners = [
    [accountSid, service],
    [other.accountSid, other.sid],
  ] as const;
  for (const [account, of] of owners) {
    await database.admin.query(
      `insert into maskline.session (partition, sid, account_sid, service_sid, unique_name, status, mode, ttl, version, date_ended,
         date_created, date_updated)
       select 0, 'KC' || substr($2, 27, 8) || lpad(i::text, 24, '0'), $1, $2, 'name ' || i,
         case when i % 1000 = 0 then 'open' else 'closed' end, case when i % 30000 = 1 then 'voice-only' else 'voice-and-message' end,
         0, 1, case when i % 1000 <> 0 then now() end, date_trunc('milliseconds', now() - i * interval '1 second'), now()
       from generate_series(1, ${many}) i`,
      [account, of],
    );
    await database.admin.query(
      `insert into maskline.participant (partition, sid, account_sid, service_sid, session_sid, identifier, proxy_identifier,
         proxy_identifier_sid, date_created, date_updated)
       select 0, 'KP' || substr($2, 27, 8) || lpad(i::text, 24, '0'), $1, $2, 'KC' || substr($2, 27, 8) || lpad(i::text, 24, '0'),
         '+1500' || lpad(i::text, 7, '0'), '+15005550100', 'PN', now(), now()
       from generate_series(1, ${many}) i`,
      [account, of],
    );
  }
  await database.admin.query(`analyze ${tables.map((table) => `maskline.${table}`).join()}`);
});

const sidOf = (i: number) => `KC${service.slice(26)}${String(i).padStart(24, '0')}`;
const size = 10;

/** What a search may touch of a table, in rows and entries of indexes. */
const cheap = 100;
const bounded = 25_000;

const searches: Readonly<Record<string, [() => Partial<SessionFilter>, most: number, found: number]>> = {
  'by nothing': [() => ({}), cheap, size],
  'by its SID': [() => ({ sid: sidOf(50_000) }), cheap, 1],
  'by its name': [() => ({ uniqueName: 'name 50000' }), cheap, 1],
  'by a participant': [() => ({ identifier: '+15000050000' }), cheap, 1],
  'by a participant that nobody is': [() => ({ identifier: '+15009999999' }), cheap, 0],
  'by an active status': [() => ({ status: 'open' }), 200, size],
  'by an active status, of a service': [() => ({ status: 'open', serviceSid: service }), 200, size],
  'by the end of a long history': [
    () => ({ createdTo: new Date(Date.now() - 55_000_000).toISOString() }),
    cheap,
    size,
  ],
  'by what few of many have': [() => ({ mode: 'voice-only' }), bounded, 1],
};

describe('a search among many sessions', () => {
  it.each(Object.keys(searches))('%s looks at no more than it must', async (name) => {
    const [filter, most, found] = searches[name] ?? [() => ({}), 0, 0];
    const run = () => search.find(accountSid, { ...anything, ...filter() }, size, null);
    const before = await tableReadings(database, 'reads', tables);
    const { rows } = await run();
    const after = await tableReadings(database, 'reads', tables);
    expect(rows).toHaveLength(found);
    const touched = tables.map((table) => ({
      table,
      scans: table === 'service' ? 0 : (after[table]?.scans ?? 0) - (before[table]?.scans ?? 0),
      read: (after[table]?.read ?? 0) - (before[table]?.read ?? 0),
    }));
    expect(touched.filter(({ scans, read }) => scans > 0 || read > most)).toEqual([]);
  });

  it('answers a page of many thousand candidates in a moment', async () => {
    const filter = { ...anything, mode: 'voice-and-message' as const };
    let best = Infinity;
    // Again, should it have waited for whatever else this machine does.
    for (let tries = 0; tries < 5 && best >= 2_000; tries++) {
      const began = performance.now();
      const { rows } = await search.find(accountSid, filter, 1000, null);
      expect(rows).toHaveLength(1000);
      best = Math.min(best, performance.now() - began);
    }
    expect(best).toBeLessThan(2_000);
  });

  it('goes on behind a page that is short because little matched', async () => {
    const filter = { ...anything, mode: 'voice-only' as const };
    const found: string[] = [];
    let pages = 0;
    for (let page = await search.find(accountSid, filter, size, null); ;) {
      pages += 1;
      found.push(...page.rows.map(({ sid }) => sid));
      if (page.next === null) break;
      page = await search.find(accountSid, filter, size, page.next);
    }
    expect(found).toEqual([sidOf(1), sidOf(30_001)]);
    expect(pages).toBe(7);
  });

  it('meets every session once on its way through all of them', async () => {
    let count = 0;
    let last = '';
    for (let page = await search.find(accountSid, anything, 1000, null); ;) {
      for (const { date_created, sid } of page.rows) {
        const key = `${date_created} ${sid}`;
        expect(last === '' || key < last).toBe(true);
        last = key;
      }
      count += page.rows.length;
      if (page.next === null) break;
      page = await search.find(accountSid, anything, 1000, page.next);
    }
    expect(count).toBe(many);
  });

  it('finds what is open behind more than a page looks at of what is in progress', async () => {
    const crowded = await testService(world);
    await database.admin.query(
      `insert into maskline.session (partition, sid, account_sid, service_sid, status, mode, ttl, version, date_created, date_updated)
       select 0, 'KC' || substr($2, 27, 8) || lpad(i::text, 24, '0'), $1, $2, case when i > 10100 then 'open' else 'in-progress' end,
         'voice-only', 0, 1, date_trunc('milliseconds', now() - i * interval '1 second'), now()
       from generate_series(1, 10103) i`,
      [crowded.accountSid, crowded.sid],
    );
    const find = (status: SessionFilter['status'], most: number) =>
      search.findActive(crowded.accountSid, { ...anything, status }, most);

    const open = await find('open', 10);
    const any = await find(null, 5);

    expect([open.sids.length, open.hasMore]).toEqual([3, false]);
    expect([any.sids.length, any.hasMore]).toEqual([5, true]);
    expect(await find('closed', 5)).toEqual({ sids: [], hasMore: false });
  });
});
