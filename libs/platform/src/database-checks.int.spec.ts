import { describe, expect, it } from '@jest/globals';
import { testDatabase } from '#testing';
import { databaseChecks } from './database-checks.js';
import { Readiness } from './readiness.js';

describe('the checks of the database', () => {
  it('pass while a rebuild and the like hold every connection for long work', async () => {
    const { database } = await testDatabase();
    const held = await Promise.all(Array.from({ length: 3 }, () => database.admin.connect()));

    const { body } = await new Readiness(databaseChecks(database)).ask();
    for (const client of held) client.release();

    expect(body).toEqual({ status: 'ready', checks: { database: 'ok', migrations: 'ok' } });
  });
});
