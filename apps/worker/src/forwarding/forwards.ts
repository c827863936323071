import { ForwardMessage, type ForwardMessageHandler } from '#application';
import { registerSubscription, Subscription, upcasters, type EventStore, type Wake } from '#event-store';
import type { Database } from '#platform';
import { forwardQueue, forwardWorker, newForwardJob, TryLater, type QueueBackend } from '#queues';
import { pendingMessages } from '#read-model';
import { Loop } from '../loop.js';
import { forward, forwardName } from './forward.js';

/** How often it is looked for messages that no job takes care of. */
const sweepEvery = 5_000;
/** Seconds in which nothing happened: longer than a carrier may take to answer, so that nobody is at it. */
const staleAfter = 60;
const sweepSize = 500;

/**
 * Carries messages on that came in. A subscription makes a job of each, the queue divides them among the workers and tries again
 * when the carrier is away. The truth is the row: what a queue loses, or a process leaves behind, the sweep finds again.
 */
export class Forwards {
  readonly #queue;
  readonly #worker;
  readonly #subscriptions: readonly Subscription[];
  readonly #sweep = new Loop(Forwards.name, sweepEvery, () => this.#look());

  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    wake: Wake,
    queues: QueueBackend,
    private readonly forwardMessage: Pick<ForwardMessageHandler, 'execute'>,
  ) {
    this.#queue = forwardQueue(queues);
    this.#worker = forwardWorker(queues, async ({ interactionSid, ...place }) => {
      const pause = await this.forwardMessage.execute(new ForwardMessage(place, interactionSid));
      // The message counts its attempts by itself: none of the job's is used up.
      if (pause !== null) throw new TryLater(pause);
    });
    this.#subscriptions = Array.from(
      { length: events.partitions },
      (_, partition) =>
        new Subscription(database.subscriptions, wake, forward(this.#queue, partition), upcasters),
    );
  }

  async start(): Promise<void> {
    await registerSubscription(this.database.admin, forwardName, 0);
    this.#queue.start();
    this.#worker.start();
    for (const subscription of this.#subscriptions) subscription.start();
    this.#sweep.start();
  }

  async stop(): Promise<void> {
    await this.#sweep.stop();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.stop()));
    await Promise.all([this.#worker.stop(), this.#queue.stop()]);
  }

  async #look(): Promise<void> {
    for (let partition = 0; partition < this.events.partitions; partition++) {
      const found = await pendingMessages(this.database.subscriptions, partition, staleAfter, sweepSize);
      // Those whose job waits for its next attempt are left alone.
      if (found.length > 0) await this.#queue.addMissing(found.map(newForwardJob));
    }
  }
}
