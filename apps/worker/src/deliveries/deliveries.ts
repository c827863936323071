import type { KeyObject } from 'node:crypto';
import type { DeliveryRounds } from '#application';
import { registerSubscription, Subscription, upcasters, type EventStore, type Wake } from '#event-store';
import type { Database } from '#platform';
import { deliveryQueue, deliveryWorker, newDeliveryJob, type QueueBackend } from '#queues';
import { dueEndpoints, giveUpDeliveries } from '#read-model';
import { Loop } from '../loop.js';
import { deliveriesName, followInteractions } from './follow-interactions.js';

/** How often it is looked for what is to be tried again, and for what no job takes care of. */
const sweepEvery = 1_000;
/** Seconds in which a job that was just added may be taken. */
const patience = 0.5;
const sweepSize = 1_000;

/**
 * Tells CallbackUrls what happens to interactions. A subscription writes down what is to be told and makes a job of each endpoint,
 * the queue divides those among the workers. A job makes a few deliveries and goes to the end of the queue, so an endpoint that
 * hangs holds up itself. The truth is the table: what a queue loses, or a process leaves behind, the sweep finds again.
 */
export class Deliveries {
  readonly #queue;
  readonly #worker;
  readonly #subscriptions: readonly Subscription[];
  readonly #sweep = new Loop(Deliveries.name, sweepEvery, () => this.#look());

  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    wake: Wake,
    queues: QueueBackend,
    masterKey: KeyObject,
    rounds: Pick<DeliveryRounds, 'run'>,
  ) {
    const queue = deliveryQueue(queues);
    this.#queue = queue;
    this.#worker = deliveryWorker(queues, async (endpoint) => {
      const round = await rounds.run(endpoint);
      if (round !== null) await queue.add([newDeliveryJob(endpoint, round)]);
    });
    this.#subscriptions = Array.from({ length: events.partitions }, (_, partition) => {
      const following = followInteractions(database.subscriptions, queue, masterKey, partition);
      return new Subscription(database.subscriptions, wake, following, upcasters);
    });
  }

  async start(): Promise<void> {
    await registerSubscription(this.database.admin, deliveriesName, 0);
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
    const db = this.database.subscriptions;
    for (let partition = 0; partition < this.events.partitions; partition++) {
      await giveUpDeliveries(db, partition, sweepSize);
      const due = await dueEndpoints(db, partition, patience, sweepSize);
      await this.#queue.add(
        due.map(({ serviceSid, wakeAt }) =>
          newDeliveryJob({ partition, serviceSid }, String(Date.parse(wakeAt))),
        ),
      );
    }
  }
}
