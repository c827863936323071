import { existsSync } from 'node:fs';
import { compare } from '../append/append-suite.js';
import { openProcessWriter } from '../append/writer.js';
import type { BenchRun } from '../bench-run.js';
import { PROGRAM, startPgBouncer } from './pgbouncer.js';

/** What it costs to go through PgBouncer, and what the names of statements are worth. */
export async function runPoolerSuite(run: BenchRun): Promise<void> {
  console.log('## The whole CreateSession, with and without PgBouncer and the names of statements\n');
  if (!existsSync(PROGRAM)) {
    console.log('PgBouncer is not installed: this is left out.\n');
    return;
  }
  const open = (name: string, database: string, placeAt?: Parameters<typeof openProcessWriter>[5]) =>
    openProcessWriter(
      run,
      name,
      'maskline-create',
      `select count(*) from maskline.session`,
      database,
      placeAt,
    );
  await compare(
    run,
    [
      await open('maskline', 'direct'),
      await open('no names', 'unnamed', (url) => ({ DATABASE_URL: url, PREPARED_STATEMENTS: false })),
      await open('no names, PgBouncer', 'pooled', async (url) => ({
        DATABASE_URL: url,
        DATABASE_POOL_URL: await startPgBouncer(url, run.directory, run.shutdown),
        PREPARED_STATEMENTS: false,
      })),
    ],
    [64],
  );
}
