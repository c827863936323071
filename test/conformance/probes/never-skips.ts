import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '#testing';
import { catchUp } from '../catching-up.js';
import { auditEffects, countEvents, describeAudit, isFlawless } from '../effects.js';
import { startReader, startWriter } from '../processes.js';
import type { Finding, Ground, Probe } from '../probe.js';

/** The commit of one event among so many stalls, for so many seconds at most. */
const stallsOneIn = 500;
const longestStall = 0.3;
/** Of a long run about so many in all. */
const mostStalls = 100;

/** Milliseconds that the sleeping writer sleeps in the midst of its work. */
const sleep = 2000;

/** So many events, `round` by `round`: all writers at once, then the reader has a moment to come near the end again. */
export function neverSkips(events: number, round: number): Probe {
  return {
    name: 'never-skips',
    demand: `A reader gets every one of ${events.toLocaleString('en')} events once and in the order of its stream, while three processes write, commits stall, one writer is killed and one is stopped for a while, for of what a reader has passed over it never learns.`,
    run: (ground) => followBusyLog(ground, events, round),
  };
}

async function followBusyLog(ground: Ground, events: number, round: number): Promise<Finding> {
  await haveCommitsStall(ground, 1 / Math.max(stallsOneIn, events / mostStalls));
  await startReader(ground, 'only');
  const [first, victim, sleeper] = await Promise.all([
    startWriter(ground, 'first'),
    startWriter(ground, 'victim'),
    startWriter(ground, 'sleeper'),
  ]);
  let writers = [first, victim, sleeper];
  const rounds = Math.ceil(events / round);
  for (let n = 1; n <= rounds; n++) {
    const before = await countEvents(ground.admin, ground.peer);
    const writing = Promise.all(writers.map((writer) => writer.write(Math.ceil(round / writers.length))));
    if (n === Math.ceil(rounds / 3)) {
      await amidTheRound(ground, before + round / 4);
      victim.signal('SIGKILL');
      writers = [first, await startWriter(ground, 'heir'), sleeper];
    }
    if (n === Math.ceil((2 * rounds) / 3)) {
      await amidTheRound(ground, before + round / 4);
      sleeper.signal('SIGSTOP');
      await pause(sleep);
      sleeper.signal('SIGCONT');
    }
    await writing;
    await catchUp(ground, 2000);
  }
  await catchUp(ground, 10_000);
  const audit = await auditEffects(ground.admin, ground.peer);
  return { holds: isFlawless(audit), seen: describeAudit(audit) };
}

/** Has some transactions stay open for a while after their work, as a slow disk, a standby or a deferred constraint does. */
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

async function amidTheRound({ admin, peer }: Ground, events: number): Promise<void> {
  await waitFor(async () => (await countEvents(admin, peer)) > events, { every: 5 });
}
