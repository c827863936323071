import { DomainError } from '#domain';
import {
  addConsumer,
  consumerName,
  findConsumer,
  listConsumers,
  overloaded,
  pauseConsumer,
  readSubscriptions,
  relayName,
  removeConsumer,
  type Consumer,
  type ConsumerStart,
  type NewWebhook,
  type SubscriptionStatus,
  type Webhook,
} from '#event-store';
import { readCallTarget, type Database } from '#platform';
import {
  ConsumerBacklogs,
  type ConsumerBacklog,
  type EventQueues,
  type JobQueue,
  type EventJob,
} from '#queues';
import { checkTypes } from './event-types.js';
import { consumerNotFound, requireConsumer } from './require-consumer.js';

const lockName = `select pg_try_advisory_xact_lock(hashtextextended('maskline.consumer.' || $1, 0)) as "isAlone"`;

/** A consumer and how far it is. What only the queues know is null while they cannot be reached. */
export interface ConsumerStatus extends Consumer {
  /** Events of the log that were not looked at for it yet. */
  readonly behind: number;
  readonly waiting: number | null;
  /** Of those that wait, the ones that wait for another attempt. */
  readonly retrying: number | null;
  /** In every attempt. */
  readonly failed: number | null;
  /** How long the first event that it has not handled has been waiting. */
  readonly lagSeconds: number | null;
}

/** How far the readers of the log are, and what lies in the queues; nothing of these while they cannot be reached. */
interface Progress {
  readonly subscriptions: readonly SubscriptionStatus[];
  readonly backlogs: readonly ConsumerBacklog[];
}

/** Those who react to events of this installation, through queues of their own. */
export class Consumers {
  readonly #backlogs: ConsumerBacklogs;

  constructor(
    private readonly database: Database,
    private readonly queues: EventQueues,
  ) {
    this.#backlogs = new ConsumerBacklogs(database.reads, queues);
  }

  async list(): Promise<ConsumerStatus[]> {
    const consumers = await listConsumers(this.database.reads);
    const progress = await this.#progressOf(consumers);
    return consumers.map((consumer) => statusOf(consumer, progress));
  }

  async get(name: string): Promise<ConsumerStatus> {
    const consumer = await requireConsumer(this.database.reads, name);
    return statusOf(consumer, await this.#progressOf([consumer]));
  }

  /**
   * Of these types, or all where there are none; through a queue for a program of its own, or to a URL. A running worker begins to
   * send within seconds.
   */
  async add(
    name: string,
    types: readonly string[] | null,
    start: ConsumerStart,
    webhook: NewWebhook | null,
  ): Promise<void> {
    if (!consumerName.test(name)) {
      throw new DomainError(
        'consumer-invalid',
        `${name} is no name for a consumer: take small letters, digits and dashes`,
      );
    }
    const wanted = types === null ? null : checkTypes(types);
    const isAlone = await this.#alone(name, async () => {
      if (webhook !== null) await this.#clearQueueFor(name, webhook);
      if (!(await addConsumer(this.database.reads, name, wanted, start, webhook))) throw taken(name);
    });
    if (!isAlone) throw taken(name);
  }

  /** Has it rest, while the log keeps what comes, or go on where it was. */
  async setPaused(name: string, isPaused: boolean): Promise<void> {
    const queue = await this.#queueOf(name);
    await pauseConsumer(this.database.reads, name, isPaused);
    await queue.setPaused(isPaused);
  }

  /** Has it try again what it failed at in every attempt, and at once what waits for its next one; answers how many events each. */
  async retry(name: string): Promise<{ readonly failed: number; readonly hurried: number }> {
    const queue = await this.#queueOf(name);
    const failed = await queue.retryFailed();
    return { failed, hurried: await queue.hurryDelayed() };
  }

  /**
   * Sends nothing more to it. What lies in its queue, unhandled or failed, stays there unless the queue is to be dropped, as that of
   * a webhook is in any case: nobody else would take it but the next URL of that name. Answers whether it was dropped.
   */
  async remove(name: string, isDropping: boolean): Promise<boolean> {
    let isDropped = false;
    const isAlone = await this.#alone(name, async () => {
      const { webhook } = await requireConsumer(this.database.reads, name);
      // Before anything is removed: the queue must be there.
      const queue = isDropping || webhook !== null ? await this.#queueOf(name) : null;
      if (!(await removeConsumer(this.database.reads, name))) throw consumerNotFound(name);
      await queue?.drop();
      isDropped = queue !== null;
    });
    if (!isAlone) throw overloaded(`somebody else is just registering or removing ${name}`);
    return isDropped;
  }

  /**
   * Whoever registers or removes a consumer empties its queue, so nobody else may do so under the same name meanwhile: false, and
   * nothing is done, while somebody does.
   */
  async #alone(name: string, work: () => Promise<void>): Promise<boolean> {
    const client = await this.database.admin.connect();
    let isBroken = true;
    try {
      await client.query('begin');
      const { rows } = await client.query<{ isAlone: boolean }>(lockName, [name]);
      const isAlone = rows[0]?.isAlone === true;
      if (isAlone) await work();
      await client.query('commit');
      isBroken = false;
      return isAlone;
    } finally {
      // With the connection, the lock is gone.
      client.release(isBroken);
    }
  }

  /** A program of that name may have left events in its queue, of which the URL was never to be told. */
  async #clearQueueFor(name: string, webhook: NewWebhook): Promise<void> {
    if ((await findConsumer(this.database.reads, name)) !== null) throw taken(name);
    await this.#requireQueues();
    await this.queues.of({ name, webhook }).drop();
  }

  async #progressOf(consumers: readonly Consumer[]): Promise<Progress> {
    const subscriptions = await readSubscriptions(this.database.reads);
    const backlogs = consumers.length === 0 ? [] : await this.#backlogs.of(consumers).catch(() => []);
    return { subscriptions, backlogs };
  }

  async #queueOf(name: string): Promise<JobQueue<EventJob>> {
    const consumer = await requireConsumer(this.database.reads, name);
    await this.#requireQueues();
    return this.queues.of(consumer);
  }

  async #requireQueues(): Promise<void> {
    await this.queues.probe().catch((error: unknown) => {
      throw overloaded(`${messageOf(error)}: nothing was done`);
    });
  }
}

function statusOf(consumer: Consumer, { subscriptions, backlogs }: Progress): ConsumerStatus {
  const relays = subscriptions.filter(({ name }) => name === relayName(consumer));
  const backlog = backlogs.find((one) => one.consumer === consumer.name);
  const { waiting = null, retrying = null, failed = null, lagSeconds = null } = backlog ?? {};
  return {
    ...consumer,
    webhook: withoutPassword(consumer.webhook),
    behind: relays.reduce((sum, { lag }) => sum + lag, 0),
    waiting,
    retrying,
    failed,
    lagSeconds,
  };
}

/** A URL may hold one. */
function withoutPassword(webhook: Webhook | null): Webhook | null {
  return webhook === null ? null : { ...webhook, url: readCallTarget(webhook.url).url };
}

function taken(name: string): DomainError {
  return new DomainError('consumer-exists', `there is a consumer ${name} already`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
