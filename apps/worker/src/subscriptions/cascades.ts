import { registerSubscription, Subscription, type EventStore, type Wake, upcasters } from '#event-store';
import type { Database } from '#platform';
import { cascade, cascadeName } from './cascade.js';

/** Runs the cascade of every partition. */
export class Cascades {
  readonly #subscriptions: readonly Subscription[];

  constructor(
    private readonly database: Database,
    events: EventStore,
    wake: Wake,
  ) {
    this.#subscriptions = Array.from(
      { length: events.partitions },
      (_, partition) =>
        new Subscription(
          database.subscriptions,
          wake,
          cascade(database.subscriptions, events, partition),
          upcasters,
        ),
    );
  }

  async start(): Promise<void> {
    await registerSubscription(this.database.admin, cascadeName, 0);
    for (const subscription of this.#subscriptions) subscription.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.stop()));
  }
}
