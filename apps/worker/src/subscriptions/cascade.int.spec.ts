import { describe, expect, it } from '@jest/globals';
import { CarrierRefused, CarrierUnavailable, openSimulator } from '#carrier';
import { readSubscriptions } from '#event-store';
import type { Database } from '#platform';
import { testPool, testService, waitFor } from '#testing';
import { openWorld } from '../spec/open-world.js';
import { releaseName } from './release.js';

/** A world without a worker, and a carrier whose answer to `disconnectNumber` the spec may change. */
async function open() {
  const world = await openWorld('absent redis');
  const { carrier, phones } = openSimulator(world.database, world.store.masterKey);
  const disconnect = carrier.disconnectNumber.bind(carrier);
  return {
    ...world,
    carrier,
    disconnect,
    whenDisconnecting: (act: typeof disconnect) => {
      carrier.disconnectNumber = act;
    },
    startWorker: () => world.startWorker({ carrier: { carrier, phones } }),
  };
}

const numbers = ['+15005550101', '+15005550102', '+447700900103', '24680'];

describe('what a deleted service leaves behind', () => {
  it('goes with its numbers: they are in no pool, and the carrier reports nothing of them', async () => {
    const { store, database, carrier, startWorker } = await open();
    const service = await testService(store);
    const other = await testService(store);
    const sids = await testPool(store, carrier, service, numbers);
    const kept = await testPool(store, carrier, other, ['+15005550109']);
    await service.addSessions(20, {});
    await service.delete();

    await startWorker();

    await waitFor(async () => (await connectedTo(database)).join() === kept.join());
    await waitFor(async () => (await sidsIn(database, 'session')).length === 0);
    expect(await removed(database)).toEqual(
      sids.map((sid) => ({ sid, actor: 'system:cascade' })).sort(bySid),
    );
    for (const table of ['short_code', 'number_use'])
      expect(await sidsIn(database, table)).toEqual(table === 'short_code' ? [] : kept);
    expect(await sidsIn(database, 'phone_number')).toEqual(kept);
    expect(await claimsOf(database, sids)).toBe(0);
  });

  it('does not wait for a carrier that is away, which hears of the numbers when it is back', async () => {
    const { store, database, carrier, disconnect, whenDisconnecting, startWorker } = await open();
    const service = await testService(store);
    const sids = await testPool(store, carrier, service, numbers);
    await service.addSessions(20, {});
    whenDisconnecting(() => Promise.reject(new CarrierUnavailable('it is away')));
    await service.delete();

    await startWorker();

    await waitFor(async () => (await failuresOf(database)) > 1);
    await waitFor(async () => (await sidsIn(database, 'session')).length === 0);
    expect(await removed(database)).toHaveLength(sids.length);
    expect(await connectedTo(database)).toEqual([...sids].sort());
    whenDisconnecting(disconnect);
    await waitFor(async () => (await connectedTo(database)).length === 0);
  });

  it('does not stop at a number about which the carrier says no', async () => {
    const { store, database, carrier, disconnect, whenDisconnecting, startWorker } = await open();
    const service = await testService(store);
    const [first = '', ...others] = await testPool(store, carrier, service, numbers);
    whenDisconnecting((accountSid, sid) =>
      sid === first ? Promise.reject(new CarrierRefused(20003, 'not yours')) : disconnect(accountSid, sid),
    );
    await service.delete();

    await startWorker();

    await waitFor(async () => (await connectedTo(database)).join() === first);
    expect(others).toHaveLength(3);
  });

  it('leaves a number alone that is in another pool by now', async () => {
    const { store, database, carrier, startWorker } = await open();
    const service = await testService(store);
    const other = await testService(store, service.accountSid);
    const [sid = ''] = await testPool(store, carrier, service, ['+15005550101']);
    await service.delete();
    const worker = await startWorker();
    await waitFor(async () => (await connectedTo(database)).length === 0);
    await worker.stop();
    await testPool(store, carrier, other, ['+15005550101']);
    // As a worker that died before it could write down how far it was.
    await database.admin.query('update maskline.subscription set position = 0 where name = $1', [
      releaseName,
    ]);

    await startWorker();

    await waitFor(async () => (await behind(database)) === 0);
    expect(await connectedTo(database, other.sid)).toEqual([sid]);
    expect(await sidsIn(database, 'phone_number')).toEqual([sid]);
  });

  it('gives a number back its webhooks that came to another pool while the carrier was told', async () => {
    const { store, database, carrier, disconnect, whenDisconnecting, startWorker } = await open();
    const service = await testService(store);
    const other = await testService(store, service.accountSid);
    const [sid = ''] = await testPool(store, carrier, service, ['+15005550101']);
    whenDisconnecting(async (accountSid, numberSid) => {
      await testPool(store, carrier, other, ['+15005550101']);
      await disconnect(accountSid, numberSid);
    });
    await service.delete();

    await startWorker();

    await waitFor(async () => (await removed(database)).length === 1);
    await waitFor(async () => (await behind(database)) === 0);
    expect(await connectedTo(database, other.sid)).toEqual([sid]);
  });
});

const bySid = (a: { sid: string }, b: { sid: string }) => (a.sid < b.sid ? -1 : 1);

/** What the carrier reports to us, of one service or of any. */
async function connectedTo(database: Database, serviceSid = ''): Promise<string[]> {
  const { rows } = await database.admin.query<{ sid: string }>(
    `select sid from simulator.number where message_url like '%' || $1 || '%' and call_url like '%' || $1 || '%' order by sid`,
    [serviceSid],
  );
  return rows.map(({ sid }) => sid);
}

async function sidsIn(database: Database, table: string): Promise<string[]> {
  const { rows } = await database.admin.query<{ sid: string }>(
    `select sid from maskline.${table} order by sid`,
  );
  return rows.map(({ sid }) => sid);
}

async function removed(database: Database) {
  const { rows } = await database.admin.query<{ sid: string; actor: string }>(
    `select stream_id as sid, actor from maskline.event
     where type in ('PhoneNumberRemoved', 'ShortCodeRemoved') order by stream_id collate "C"`,
  );
  return rows;
}

async function claimsOf(database: Database, sids: readonly string[]): Promise<number | undefined> {
  const { rows } = await database.admin.query<{ n: number }>(
    'select count(*)::int as n from maskline.claim where stream_id = any($1)',
    [sids],
  );
  return rows[0]?.n;
}

async function releaseOf(database: Database) {
  const all = await readSubscriptions(database.admin);
  return all.find(({ name }) => name === releaseName);
}

const failuresOf = async (database: Database) => (await releaseOf(database))?.failures ?? 0;
const behind = async (database: Database) => (await releaseOf(database))?.lag;
