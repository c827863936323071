import { setTimeout as pause } from 'node:timers/promises';
import { upcasters, type RecordedEvent } from '#event-store';
import { parseMasterKey } from '#platform';
import { verify } from '#read-model';
import { waitFor } from '#testing';
import { auditCommands, auditEnds, auditOrder, auditRules } from '../audits/audit-log.js';
import { auditTables } from '../audits/audit-tables.js';
import { headsOf, readWholeLog } from '../audits/whole-log.js';
import { auditAcknowledged } from './audit-acknowledged.js';
import { auditConsumer, missedByConsumer } from './audit-consumer.js';
import { auditDue, leftToWorkers } from './audit-due.js';
import { Caller, type Told } from './caller.js';
import { dealFaults, type Fault } from './faults.js';
import { consumer, startFleet, type Fleet } from './fleet.js';
import type { Random } from './random.js';
import { report, RulesBroken } from './report.js';
import { runCli } from './run-cli.js';

const callers = 10;
/** Milliseconds of load before a fault, at most: enough that it meets all there is. */
const longestLead = 700;
/** What each api must have acknowledged after a fault, and how soon. */
const sighsOfLife = 3;
const backWithin = 30_000;
/** A lease of a killed worker (15 s), and then a machine that is busy. */
const endedWithin = 40_000;
/**
 * A job that failed while PostgreSQL was away comes again after 16 s at the most, or after 10 s when its consumer was killed. At a load
 * of 18, 201 events had once not come after a minute, and nobody saw whether they were late or lost: this is long enough to tell.
 */
const consumedWithin = 150_000;

export interface RoundsOptions {
  readonly random: Random;
  /** Faults by their names. */
  readonly only: RegExp;
  readonly say: (line: string) => void;
}

export interface Course {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly unsure: number;
  readonly events: number;
}

/**
 * Round after round: load, a fault, all is started again and answers. After each, what was acknowledged is in the log and the
 * log is in order; at the end of a group of rounds, in which each fault came once, the load rests and all the rest is audited.
 */
export async function runRounds(
  backend: 'postgres' | 'redis',
  rounds: number,
  { random, only, say }: RoundsOptions,
): Promise<Course> {
  const told: Told = { acknowledged: [], wrong: [], by: [0, 0], unsure: { count: 0 } };
  const fleet = await startFleet(backend, (what) => told.wrong.push(what));
  if (fleet.disk === null) say('NOT COVERED: a full disk, for only root may mount a small one');
  const load = Array.from(
    { length: callers },
    (_, i) => new Caller(fleet, random.fork(), told, `caller-${i}`),
  );
  const course = new CourseOfFaults(fleet, told);
  for (const caller of load) caller.start();
  try {
    for (let group = 1; course.rounds < rounds; group++) {
      // Every second group, so that the repair for lost jobs hides no loss that nothing explains.
      const faults = dealFaults(fleet, random, group % 2 === 0, only).slice(0, rounds - course.rounds);
      if (faults.length === 0) throw new Error(`no fault of this installation is called ${only.source}`);
      for (const fault of faults) await course.round(fault, random);
      const began = performance.now();
      await Promise.all(load.map((caller) => caller.pause()));
      await course.auditAll(faults.some(({ losesJobs }) => losesJobs === true));
      say(
        `${backend}: ${course.rounds} rounds, ${told.acknowledged.length} commands acknowledged, ` +
          `${course.slowest()}; audited in ${seconds(performance.now() - began)}`,
      );
      for (const caller of load) caller.resume();
    }
  } catch (error) {
    if (!(error instanceof RulesBroken)) throw error;
    throw new Error(await report(fleet, error, course.history), { cause: error });
  } finally {
    await Promise.all(load.map((caller) => caller.stop()));
  }
  return course.told();
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

class CourseOfFaults {
  readonly history: string[] = [];
  readonly #log: RecordedEvent[] = [];
  #slowest = { name: 'nothing', milliseconds: 0 };

  constructor(
    private readonly fleet: Fleet,
    private readonly callers: Told,
  ) {}

  get rounds(): number {
    return this.history.length;
  }

  /** Of the group that ends. */
  slowest(): string {
    const { name, milliseconds } = this.#slowest;
    this.#slowest = { name: 'nothing', milliseconds: 0 };
    return `slowest to be back: ${seconds(milliseconds)} after ${name}`;
  }

  told(): Course {
    const { acknowledged, unsure } = this.callers;
    return {
      rounds: this.rounds,
      acknowledged: acknowledged.length,
      unsure: unsure.count,
      events: this.#log.length,
    };
  }

  async round(fault: Fault, random: Random): Promise<void> {
    this.history.push(`${this.rounds + 1}. ${fault.name}`);
    await pause(random.below(longestLead));
    const began = performance.now();
    await fault.strike(this.fleet, random);
    await this.#within('all runs again', backWithin, () => this.fleet.up().then(() => true));
    const [first, second] = this.callers.by;
    await this.#within('both apis acknowledge commands again', backWithin, () => {
      const [one, other] = this.callers.by;
      return one >= first + sighsOfLife && other >= second + sighsOfLife;
    });
    const milliseconds = performance.now() - began;
    if (milliseconds > this.#slowest.milliseconds) this.#slowest = { name: fault.name, milliseconds };
    this.history.push(`${this.history.pop() ?? ''}: back after ${seconds(milliseconds)}`);
    await this.#auditLog();
  }

  /** With the load at rest. */
  async auditAll(hasLostJobs: boolean): Promise<void> {
    const { database } = this.fleet;
    await this.#within('every due session has ended and the cascades are done', endedWithin, async () => {
      const left = await leftToWorkers(database);
      if (left > 0) throw new Error(`${left} sessions are left`);
      return true;
    });
    if (hasLostJobs) await this.#replayMissing();
    await this.#within('the consumer has handled every event', consumedWithin, async () => {
      const missed = await missedByConsumer(database);
      if (missed > 0) throw new Error(`${missed} events are missing`);
      return true;
    });
    await this.#auditLog();
    this.#judge([
      ...auditRules(this.#log),
      ...auditDue(this.#log),
      ...(await auditTables(database, this.#log)),
      ...(await this.#verify()),
      ...(await auditConsumer(database, this.#log)),
    ]);
  }

  /** What holds at every moment. What was acknowledged is looked for in what is read after it. */
  async #auditLog(): Promise<void> {
    const acknowledged = [...this.callers.acknowledged];
    const { database } = this.fleet;
    const positions = new Map([[0, this.#log.at(-1)?.position ?? 0]]);
    // A server of which one process was killed may notice late, and recover only now.
    const { log, heads } = await waitFor(
      async () => ({ log: await readWholeLog(database, 1, positions), heads: await headsOf(database) }),
      { within: backWithin, every: 200 },
    );
    this.#log.push(...log);
    // The head has moved on by now, if somebody writes: it is that of the last event that was read.
    const head = new Map([[0, this.#log.at(-1)?.position ?? 0]]);
    const isBehind = (heads.get(0) ?? 0) < (head.get(0) ?? 0);
    this.#judge([
      ...this.callers.wrong,
      ...(isBehind ? ['the head of the partition is behind its events'] : []),
      ...auditOrder(this.#log, head),
      ...auditEnds(this.#log),
      ...auditCommands(this.#log),
      ...auditAcknowledged(this.#log, acknowledged),
    ]);
  }

  async #verify(): Promise<string[]> {
    const wrong: string[] = [];
    await verify(this.fleet.database, {
      decoding: { upcasters, masterKey: parseMasterKey(this.fleet.account.masterKey) },
      checks: ['rows', 'states', 'log'],
      onDifference: (difference) => wrong.push(`maskline verify: ${JSON.stringify(difference)}`),
    });
    return wrong;
  }

  /** The documented repair for a Redis that has lost its data. */
  async #replayMissing(): Promise<void> {
    await runCli(this.fleet, [
      'replay',
      '--consumer',
      consumer,
      '--missing-only',
      '--rate',
      '100000',
      '--go',
    ]);
  }

  async #within(
    rule: string,
    milliseconds: number,
    condition: () => boolean | Promise<boolean>,
  ): Promise<void> {
    try {
      await waitFor(condition, { within: milliseconds });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
      throw new RulesBroken([`not within ${seconds(milliseconds)}: ${rule}${cause}`, ...this.callers.wrong]);
    }
  }

  #judge(wrong: readonly string[]): void {
    if (wrong.length > 0) throw new RulesBroken(wrong);
  }
}
