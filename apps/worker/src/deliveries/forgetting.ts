import type { Queryable } from '#event-store';
import { forgetAlerts, forgetDeliveries } from '#read-model';
import { Loop } from '../loop.js';

const every = 60_000;
const batchSize = 1_000;

/** Alerts are a bell, not a record: for so long, and so many of a partition. */
const alertsKept = { days: 30, kept: 100_000 };

/** Removes deliveries and alerts that are old. Any number of workers may do so; they take what the others left. */
export class Forgetting {
  readonly #loop = new Loop(Forgetting.name, every, (signal) => this.#turn(signal));

  constructor(
    private readonly db: Queryable,
    private readonly partitions: number,
    private readonly deliveryDays: number,
  ) {}

  start(): Promise<void> {
    this.#loop.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    for (let partition = 0; partition < this.partitions; partition++) {
      // Small steps, so that nobody waits for a long transaction.
      while (
        !signal.aborted &&
        (await forgetDeliveries(this.db, partition, this.deliveryDays, batchSize)) >= batchSize
      );
      while (!signal.aborted && (await forgetAlerts(this.db, partition, alertsKept, batchSize)) >= batchSize);
    }
  }
}
