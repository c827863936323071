import {
  hasDataDir,
  openDatabase,
  requireMigrated,
  runningEmbeddedPostgres,
  StartError,
  startEmbeddedPostgres,
  type Database,
} from '#platform';
import type { Cli } from './cli.js';

/** The database that the settings mean, brought to this version already. */
export async function connect(cli: Cli): Promise<Database> {
  const database = await connectUnmigrated(cli);
  await requireMigrated(database);
  return database;
}

/** The same for a command that only reads: the replica, where the settings name one. */
export async function connectForAudit(cli: Cli): Promise<Database> {
  const database = open(cli, cli.config.DATABASE_REPLICA_URL ?? (await databaseUrl(cli)));
  await requireMigrated(database);
  return database;
}

/** The same in whatever state it is. */
export async function connectUnmigrated(cli: Cli): Promise<Database> {
  return open(cli, await databaseUrl(cli));
}

function open(cli: Cli, url: string): Database {
  const database = openDatabase({ DATABASE_URL: url }, 'cli');
  cli.shutdown.add('the database connections', () => database.close());
  return database;
}

/** Of the database that the settings mean. */
export async function databaseUrl(cli: Cli): Promise<string> {
  return cli.config.DATABASE_URL ?? embeddedUrl(cli);
}

/** Of the standalone that runs on the data directory; when none does, the database is started for the time of the command. */
async function embeddedUrl({ config: { MASKLINE_DATA_DIR: dataDir }, shutdown }: Cli): Promise<string> {
  if (!hasDataDir(dataDir)) {
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
