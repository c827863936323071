import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { openDatabase } from '#platform';
import { cleanUp, postgresVersions, testDatabase, testStore, waitFor } from '#testing';
import { auditAcknowledged, BusyWriters } from './busy-writers.js';
import { FaultProxy } from './fault-proxy.js';

// Each lost connection is a warning.
beforeAll(() => {
  Logger.overrideLogger(false);
});

describe.each(postgresVersions())('connections that are lost, on PostgreSQL %s', (postgres) => {
  it.each([{ isKeyed: false }, { isKeyed: true }])(
    'between COMMIT and its answer lose and double nothing (%o)',
    async ({ isKeyed }) => {
      const { url, database } = await testDatabase({ postgres });
      // A bound statement names itself, whether it was parsed with it or before. So does the connection, in the one message
      // that begins with its length.
      const isRequest = (bytes: Buffer) => bytes[0] !== 0 && bytes.includes('append\0');
      const proxy = await FaultProxy.open(url);
      proxy.loseAnswers({ isRequest, every: 7 });
      const through = openDatabase({ DATABASE_URL: proxy.url }, 'test');
      cleanUp(() => through.close());
      const store = await testStore(database, { appends: (partition) => through.pipeline(partition) });
      const writers = new BusyWriters(store, { writers: 24, isKeyed });
      await writers.start();
      await waitFor(() => proxy.lost >= 8 && writers.acknowledged.length > 300);
      await writers.stop();
      expect(await auditAcknowledged(database, writers.acknowledged)).toEqual([]);
      // Nobody noticed.
      expect(writers.refused).toEqual({});
    },
  );

  it('because an administrator ends them lose and double nothing', async () => {
    const { database } = await testDatabase({ postgres });
    const store = await testStore(database);
    const writers = new BusyWriters(store, { writers: 24 });
    await writers.start();
    for (let round = 1; round <= 8; round++) {
      const before = writers.acknowledged.length;
      await waitFor(() => writers.acknowledged.length > before + 20);
      const { rows } = await database.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like '%append'`,
      );
      expect(rows.length).toBeGreaterThan(0);
    }
    await writers.stop();
    expect(await auditAcknowledged(database, writers.acknowledged)).toEqual([]);
    expect(writers.refused).toEqual({});
  });
});
