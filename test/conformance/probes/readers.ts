import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { cleanUp, testDatabase, waitFor } from '#testing';
import { auditEffects, countEffects, countEvents, describeAudit } from '../effects.js';
import { startReader, startWriter, type Writer } from '../processes.js';
import type { Finding, Ground, Probe } from '../probe.js';

/** The commit of one event among so many stalls, a hundred times at most, for so many seconds at most. */
const stallsOneIn = 500;
const longestStall = 0.3;
const mostStalls = 100;

/** So many events, `round` by `round`: all writers at once, then the reader has a moment to come near the end again. */
export function neverSkips(events: number, round: number): Probe {
  return {
    name: 'never-skips',
    demand: `A reader gets every one of ${events.toLocaleString('en')} events once and in the order of its stream, while three processes write, commits stall, one writer is killed and one is stopped for a while, for what a reader has passed over it never learns of.`,
    run: (ground) => followBusyLog(ground, events, round),
  };
}

export const neverStalls: Probe = {
  name: 'never-stalls',
  demand:
    'Events reach a reader within ten seconds while a transaction in another database of the server is left idle, for one forgotten session of a stranger must not stop what follows the log.',
  async run(ground) {
    const store = await ground.open();
    await startReader(ground, 'only');
    await store.append('before', [{}], 'no stream');
    await waitFor(async () => (await countEffects(ground.admin)) === 1, { within: 20_000 });

    const { url } = await testDatabase({ postgres: ground.postgres, migrated: false });
    const stranger = new pg.Client({ connectionString: url });
    await stranger.connect();
    cleanUp(() => stranger.end());
    await stranger.query('begin');
    await stranger.query('create table forgotten ()');
    await store.append('meanwhile', [{}, {}, {}], 'no stream');
    const meanwhile = await within(10_000, async () => (await countEffects(ground.admin)) === 4);
    await stranger.query('rollback');
    const afterwards = await within(10_000, async () => (await countEffects(ground.admin)) === 4);
    if (meanwhile !== null) return { holds: true, seen: `they came after ${meanwhile.toFixed(0)} ms` };
    const later =
      afterwards === null ? 'nor after it' : `${afterwards.toFixed(0)} ms after it ended they came`;
    return { holds: false, seen: `nothing came in 10 s; ${later}` };
  },
};

export const oneReader: Probe = {
  name: 'one-reader',
  demand:
    'A reader that was stopped past its lease and woken after another took over does nothing twice, for a pause of a machine must not book anything again.',
  async run(ground) {
    const writer = await startWriter(ground, 'one');
    const first = await startReader(ground, 'first');
    const notedBy = async (reader: string) => {
      const { rows } = await ground.admin.query<{ count: string }>(
        'select count(*) from conformance.effect where reader = $1',
        [reader],
      );
      return Number(rows[0]?.count);
    };
    await writer.write(200);
    await waitFor(async () => (await notedBy('first')) > 0, { within: 30_000 });
    await startReader(ground, 'second');

    // Stopped while it has work.
    const before = await notedBy('first');
    const writing = writer.write(2000);
    await waitFor(async () => (await notedBy('first')) > before, { within: 30_000 });
    first.signal('SIGSTOP');
    await writing;
    const takeover = await within(120_000, async () => (await notedBy('second')) > 0);
    if (takeover === null) return { holds: false, seen: 'nobody took over in 120 s' };
    const more = writer.write(1000);
    first.signal('SIGCONT');
    await more;
    await caughtUp(ground, 60_000);
    await writer.write(1000);
    await caughtUp(ground, 60_000);
    const audit = await auditEffects(ground.admin, ground.peer);
    return {
      holds: audit.doubled === 0,
      seen: `taken over after ${(takeover / 1000).toFixed(0)} s; ${describeAudit(audit)}`,
    };
  },
};

async function followBusyLog(ground: Ground, events: number, round: number): Promise<Finding> {
  await haveCommitsStall(ground, 1 / Math.max(stallsOneIn, events / mostStalls));
  await startReader(ground, 'only');
  const start = (name: string) => startWriter(ground, name);
  const [first, victim, sleeper] = await Promise.all([start('first'), start('victim'), start('sleeper')]);
  let writers: readonly Writer[] = [first, victim, sleeper];
  const rounds = Math.ceil(events / round);
  for (let n = 1; n <= rounds; n++) {
    const begun = await countEvents(ground.admin, ground.peer);
    const writing = writers.map((writer) => writer.write(Math.ceil(round / writers.length)));
    const amid = () =>
      waitFor(async () => (await countEvents(ground.admin, ground.peer)) > begun + round / 4, {
        within: 60_000,
        every: 5,
      });
    if (n === Math.ceil(rounds / 3)) {
      await amid();
      victim.signal('SIGKILL');
      writers = [first, await start('heir'), sleeper];
    }
    if (n === Math.ceil((2 * rounds) / 3)) {
      await amid();
      sleeper.signal('SIGSTOP');
      await pause(2000);
      sleeper.signal('SIGCONT');
    }
    const outcomes = await Promise.allSettled(writing);
    // The killed one has not ended well.
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected' && !(n === Math.ceil(rounds / 3) && i === 1)) throw outcome.reason;
    }
    await caughtUp(ground, 5000);
  }
  await caughtUp(ground, 30_000);
  const audit = await auditEffects(ground.admin, ground.peer);
  return { holds: audit.missing + audit.doubled + audit.disordered === 0, seen: describeAudit(audit) };
}

/** Has some transactions stay open for a while after their work, as under a slow disk, a standby or a deferred constraint. */
async function haveCommitsStall({ admin, peer }: Ground, chance: number): Promise<void> {
  await admin.query(
    `create function conformance.stall() returns trigger language plpgsql
     as $$ begin perform pg_sleep(random() * ${longestStall}); return null; end $$`,
  );
  await admin.query(
    `create constraint trigger stall after insert on ${peer.log.table} deferrable initially deferred
     for each row when (random() < ${chance}) execute function conformance.stall()`,
  );
}

/** Whether the reader has as many effects as there are events, at the latest after so long. */
async function caughtUp({ admin, peer }: Ground, patience: number): Promise<void> {
  await within(patience, async () => (await countEffects(admin)) >= (await countEvents(admin, peer)));
}

/** Milliseconds until it was so; null when it was not. */
async function within(patience: number, condition: () => Promise<boolean>): Promise<number | null> {
  const started = performance.now();
  return waitFor(condition, { within: patience, every: 50 }).then(
    () => performance.now() - started,
    () => null,
  );
}
