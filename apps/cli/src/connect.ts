import { existsSync } from 'node:fs';
import {
  openDatabase,
  pendingMigrations,
  runningEmbeddedPostgres,
  StartError,
  startEmbeddedPostgres,
  type Database,
} from '#platform';
import type { Cli } from './cli.js';

/** The database that the settings mean, brought to this version already. */
export async function connect(cli: Cli): Promise<Database> {
  const database = await connectUnmigrated(cli);
  const pending = await pendingMigrations(database.admin);
  if (pending.length > 0) {
    throw new StartError(
      `the database is not up to date (${pending.join(', ')}): run maskline migrate first`,
    );
  }
  return database;
}

/** The same in whatever state it is. */
export async function connectUnmigrated(cli: Cli): Promise<Database> {
  const url = cli.config.DATABASE_URL ?? (await embeddedUrl(cli));
  const database = openDatabase({ DATABASE_URL: url }, 'cli');
  cli.shutdown.add('the database connections', () => database.close());
  return database;
}

/** Of the standalone that runs on the data directory; when none does, the database is started for the time of the command. */
async function embeddedUrl({ config: { MASKLINE_DATA_DIR: dataDir }, shutdown }: Cli): Promise<string> {
  if (!existsSync(dataDir)) {
    throw new StartError(
      `there is no data in ${dataDir}: set DATABASE_URL, or MASKLINE_DATA_DIR as for npm start`,
    );
  }
  const running = runningEmbeddedPostgres(dataDir);
  if (running !== null) return running;
  const postgres = await startEmbeddedPostgres(dataDir);
  shutdown.add('PostgreSQL', () => postgres.stop());
  return postgres.url;
}
