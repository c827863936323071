import type { Database } from './database.js';
import { pendingMigrations } from './migrate.js';
import type { ReadinessCheck } from './readiness.js';
import { StartError } from './start-error.js';

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
      // Not on `admin`, where a rebuild holds connections for hours and no statement has a limit.
      check: async () => {
        const pending = await pendingMigrations(database.reads);
        if (pending.length > 0) throw new Error(`${pending.length} to run, first ${pending[0]}`);
      },
    },
  ];
}

/** Replicas start together; one that migrated would have the others wait for it or trip over it. */
export async function requireMigrated(database: Database): Promise<void> {
  const pending = await pendingMigrations(database.admin);
  if (pending.length > 0) {
    throw new StartError(`the database is not up to date (${pending.join(', ')}): run npm run migrate first`);
  }
}
