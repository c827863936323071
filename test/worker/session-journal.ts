import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot, spawnSupervised, type Database } from '#platform';
import { cleanUp } from '#testing';

/** The example consumer, as it is built. */
export const journalName = 'session-journal';
export const journalProgram = join(packageRoot, 'dist', 'examples', journalName, 'main.js');

/** Runs until it is killed, at the latest with the spec file. */
export function startJournal(env: Record<string, string>) {
  const child = spawnSupervised(process.execPath, [journalProgram], { stopSignal: 'KILL', env });
  const ended = once(child, 'close');
  child.stdout.resume();
  child.stderr.resume();
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  cleanUp(kill);
  return { kill };
}

/** None before the journal has made its tables. */
export async function entriesIn(database: Database): Promise<number> {
  const { rows } = await database.reads
    .query<{ n: number }>('select count(*)::int as n from session_journal.entry')
    .catch(() => ({ rows: [] }));
  return rows[0]?.n ?? 0;
}
