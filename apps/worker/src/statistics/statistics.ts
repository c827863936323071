import {
  registerSubscription,
  Subscription,
  upcasters,
  type EventStore,
  type SqlSubscription,
  type Wake,
} from '#event-store';
import type { Database } from '#platform';
import { countedTypes, countHours } from '#read-model';

const name = 'statistics';

/** Counts the hours of every account, from the beginning of the log on. */
export class Statistics {
  readonly #subscriptions: readonly Subscription[];

  constructor(
    private readonly database: Database,
    { partitions }: EventStore,
    wake: Wake,
  ) {
    this.#subscriptions = Array.from(
      { length: partitions },
      (_, partition) => new Subscription(database.subscriptions, wake, hoursOf(partition), upcasters),
    );
  }

  async start(): Promise<void> {
    await registerSubscription(this.database.admin, name, 0);
    for (const subscription of this.#subscriptions) subscription.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.stop()));
  }
}

function hoursOf(partition: number): SqlSubscription {
  return {
    name,
    partition,
    types: countedTypes,
    batchSize: 1000,
    effects: 'sql',
    handle: (events, tx) => countHours(tx, partition, events),
  };
}
