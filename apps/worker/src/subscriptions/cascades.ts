import type {
  DeleteSessionsBelowHandler,
  ReleaseNumberHandler,
  RemoveNumbersBelowHandler,
} from '#application';
import { registerSubscription, Subscription, type EventStore, type Wake, upcasters } from '#event-store';
import type { Database } from '#platform';
import { cascade, cascadeName } from './cascade.js';
import { release, releaseName } from './release.js';

/** Runs what follows the end of a service and of a number, for every partition. */
export class Cascades {
  readonly #subscriptions: readonly Subscription[];

  constructor(
    private readonly database: Database,
    { partitions }: EventStore,
    wake: Wake,
    sessions: DeleteSessionsBelowHandler,
    numbers: RemoveNumbersBelowHandler,
    releaseNumber: ReleaseNumberHandler,
  ) {
    this.#subscriptions = Array.from({ length: partitions }, (_, partition) => [
      cascade({ numbers, sessions }, partition),
      release(releaseNumber, partition),
    ])
      .flat()
      .map((options) => new Subscription(database.subscriptions, wake, options, upcasters));
  }

  async start(): Promise<void> {
    for (const name of [cascadeName, releaseName]) await registerSubscription(this.database.admin, name, 0);
    for (const subscription of this.#subscriptions) subscription.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.stop()));
  }
}
