import type { DeleteSessionsBelowHandler } from '#application';
import { registerSubscription, Subscription, type EventStore, type Wake, upcasters } from '#event-store';
import type { Database } from '#platform';
import { cascade, cascadeName } from './cascade.js';

/** Runs the cascade of every partition. */
export class Cascades {
  readonly #subscriptions: readonly Subscription[];

  constructor(
    private readonly database: Database,
    { partitions }: EventStore,
    wake: Wake,
    sessionsBelow: DeleteSessionsBelowHandler,
  ) {
    this.#subscriptions = Array.from(
      { length: partitions },
      (_, partition) =>
        new Subscription(database.subscriptions, wake, cascade(sessionsBelow, partition), upcasters),
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
