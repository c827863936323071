import { forgetOldCommands, type Queryable } from '#event-store';
import { forgetAlerts, forgetDeliveries } from '#read-model';
import { Loop } from './loop.js';

const every = 60_000;
const batchSize = 1_000;

/** Alerts are listed for so long, and so many of a partition. */
const alertsKept = { days: 30, kept: 100_000 };

/** Removes what is old, at most so much; answers how much it was. */
type Chore = (most: number) => Promise<number>;

/** Removes what has outlived its use. Any number of workers may do so; they take what the others left. */
export class Housekeeping {
  /** One each: what fails keeps nothing else from being done. */
  readonly #loops: readonly Loop[];

  constructor(db: Queryable, partitions: number, deliveryDays: number) {
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const chores: Readonly<Record<string, readonly Chore[]>> = {
      commands: [(most) => forgetOldCommands(db, most)],
      deliveries: all.map((p) => (most) => forgetDeliveries(db, p, deliveryDays, most)),
      alerts: all.map((p) => (most) => forgetAlerts(db, p, alertsKept, most)),
    };
    this.#loops = Object.entries(chores).map(
      ([what, each]) => new Loop(`${Housekeeping.name} of ${what}`, every, (signal) => doAll(each, signal)),
    );
  }

  start(): Promise<void> {
    for (const loop of this.#loops) loop.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }
}

async function doAll(chores: readonly Chore[], signal: AbortSignal): Promise<void> {
  for (const chore of chores) {
    // Small steps, so that nobody waits for a long transaction.
    while (!signal.aborted && (await chore(batchSize)) >= batchSize);
  }
}
