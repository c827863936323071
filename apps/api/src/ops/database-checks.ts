import { pendingMigrations, type Database } from '#platform';
import type { ReadinessCheck } from './readiness.js';

/** The database answers, and it is of the shape that this code was written for. */
export function databaseChecks(database: Database): ReadinessCheck[] {
  return [
    {
      name: 'database',
      check: async () => {
        await database.reads.query('select 1');
      },
    },
    {
      name: 'migrations',
      check: async () => {
        const pending = await pendingMigrations(database.admin);
        if (pending.length > 0) throw new Error(`${pending.length} to run, first ${pending[0]}`);
      },
    },
  ];
}
