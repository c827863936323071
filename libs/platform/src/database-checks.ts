import type { Database } from './database.js';
import { poolerFaults, requireSameDatabase } from './database-pooler.js';
import { pendingMigrations } from './migrate.js';
import type { ReadinessCheck } from './readiness.js';
import { StartError } from './start-error.js';

/** The database answers, and it is of the shape that this code was written for. */
export function databaseChecks(database: Database): ReadinessCheck[] {
  return [
    ...(database.pooling.poolUrl === undefined ? [] : [poolerCheck(database)]),
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

function poolerCheck(database: Database): ReadinessCheck {
  return {
    name: 'pooler',
    check: async () => {
      const faults = await faultsOf(database);
      if (faults.length > 0) throw new Error(faults.join('; '));
    },
  };
}

function faultsOf({ reads, pooling }: Database): Promise<string[]> {
  return poolerFaults(reads, pooling.isPrepared !== false);
}

/** A pooler that is set up wrongly would give wrong answers or slow ones later: it is found out before the first request. */
export async function requirePooler(database: Database): Promise<void> {
  if (database.pooling.poolUrl === undefined) return;
  await requireSameDatabase(database.reads, database.admin);
  const faults = await faultsOf(database);
  if (faults.length > 0) {
    throw new StartError(`DATABASE_POOL_URL will not do (see docs/scaling.md): ${faults.join('; ')}`);
  }
}

/** Replicas start together; one that migrated would have the others wait for it or trip over it. */
export async function requireMigrated(database: Database): Promise<void> {
  const pending = await pendingMigrations(database.admin);
  if (pending.length > 0) {
    throw new StartError(`the database is not up to date (${pending.join(', ')}): run npm run migrate first`);
  }
}
