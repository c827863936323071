import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { startEmbeddedPostgres } from '#platform';
import { cleanUp, waitFor } from '#testing';
import { within } from '../catching-up.js';
import { auditEffects, countEffects, describeAudit, isFlawless } from '../effects.js';
import { startReader } from '../processes.js';
import { openAdmin, type Probe } from '../probe.js';

const run = promisify(execFile);
const binaries = '/usr/lib/postgresql/15/bin';
/** What a server has seen that is not a day old. */
const transactionsBefore = 20_000;
const patience = 15_000;

export const restore: Probe = {
  name: 'restore',
  demand:
    'After pg_dump on a server of 20,000 transactions and a restore into a new cluster a reader goes on where it was, and positions where they ended, for a backup that cannot be worked on is none.',
  // The embedded 18 brings no pg_dump, and it must not be older than the server.
  only: '15',
  async run(ground) {
    await spendTransactions(ground.admin);
    const old = await ground.open();
    const reader = await startReader(ground, 'before');
    await old.append('kept', facts(20), 'no stream');
    await waitFor(async () => (await countEffects(ground.admin)) === 20);
    await reader.stop();
    await old.append('kept', facts(10), 20);

    const url = await restored(ground.url);
    const admin = openAdmin(url);
    const store = await ground.open(url);
    await startReader(ground, 'after', url);
    const reaches = async (count: number) =>
      (await within(patience, async () => (await countEffects(admin)) >= count)) !== null;
    const isOldRead = await reaches(30);
    await store.append('kept', facts(5), 30);
    await store.append('begun after', facts(5), 'no stream');
    const isNewRead = await reaches(40);

    const audit = await auditEffects(admin, ground.peer);
    const gaps = await gapsIn(admin);
    const seen = [
      isOldRead ? 'what was unread came' : 'what was unread did not come',
      isNewRead ? 'what was new came' : `what was new did not all come`,
      describeAudit(audit),
      `${gaps} gaps in the positions`,
    ];
    return {
      holds: isOldRead && isNewRead && gaps === 0 && isFlawless(audit),
      seen: seen.join('; '),
    };
  },
};

function facts(count: number): object[] {
  return Array.from({ length: count }, (_, n) => ({ n }));
}

async function spendTransactions(admin: pg.Pool): Promise<void> {
  await admin.query(
    `do $$ begin for i in 1..${transactionsBefore} loop perform pg_current_xact_id(); commit; end loop; end $$`,
  );
}

/** The database as a dump brings it to a new cluster. */
async function restored(from: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'maskline-restore-'));
  // PostgreSQL may have to run as another user than we.
  await chmod(directory, 0o755);
  cleanUp(() => rm(directory, { recursive: true, force: true }));
  const cluster = await startEmbeddedPostgres(join(directory, 'data'), { binDir: binaries });
  cleanUp(() => cluster.stop());
  const dump = join(directory, 'dump.sql');
  await run(join(binaries, 'pg_dump'), ['--no-owner', '--file', dump, from]);
  await run(join(binaries, 'psql'), ['--quiet', '--set', 'ON_ERROR_STOP=1', '--file', dump, cluster.url]);
  return cluster.url;
}

/** Between neighbours among the positions that readers saw. */
async function gapsIn(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query<{ count: string }>(
    `select count(*) from (
       select position - lag(position) over (order by position) as step
       from (select distinct position from conformance.effect) p
     ) s where step <> 1`,
  );
  return Number(rows[0]?.count);
}
