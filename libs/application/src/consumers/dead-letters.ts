import { DomainError } from '#domain';
import {
  accountsAt,
  askDeadLetter,
  listConsumers,
  listDeadLetters,
  overloaded,
  type DeadLetter,
  type Wish,
} from '#event-store';
import type { Database } from '#platform';
import { failedEvent, failedEvents, type EventQueues, type FailedEvent } from '#queues';

/** An event that could not be handled: a reader of the log parked its stream there, or a consumer failed at it in every attempt. */
export interface UnhandledEvent {
  /** Of a parked stream a number, else of a job. */
  readonly id: string;
  readonly kind: 'parked' | 'failed';
  readonly reader: string;
  readonly accountSid: string | null;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly partition: number;
  readonly position: number;
  readonly eventId: string;
  /** Its name, without its words. */
  readonly error: string;
  readonly since: string | null;
  /** Events of the stream from this one on, where they wait for it. */
  readonly waiting: number;
  /** What was asked for it, and not done yet. */
  readonly asked: 'retry' | 'skip' | null;
}

interface UnhandledEvents {
  /** Those of readers first, each the oldest first. */
  readonly events: UnhandledEvent[];
  /** False while the queues cannot be reached: what consumers failed at is not among them. */
  readonly isComplete: boolean;
}

/** The name of a consumer, and the number of its registration. */
const JOB_ID = /^([a-z][a-z0-9-]{0,39})\.\d+-/;
/** Of what lies in the table. */
const LETTER_ID = /^[1-9]\d{0,14}$/;

/** What could not be handled, of an account, or of all for null. */
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly queues: EventQueues,
  ) {}

  async list(accountSid: string | null): Promise<UnhandledEvents> {
    const letters = await listDeadLetters(this.database.reads, { accountSid });
    const parked = letters.map(parkedEvent);
    const consumers = await listConsumers(this.database.reads);
    const isComplete = consumers.length === 0 || (await this.#canReachQueues());
    if (!isComplete) return { events: parked, isComplete };
    const failed: UnhandledEvent[] = [];
    for (const consumer of consumers) {
      const { name } = consumer;
      const events = await failedEvents(this.database.reads, this.queues.of(consumer), name);
      const accounts = await accountsAt(
        this.database.reads,
        events.map(({ event }) => event),
      );
      failed.push(...events.map((event, i) => failedOf(name, event, accounts[i] ?? null)));
    }
    const isMeant = (event: UnhandledEvent) => accountSid === null || event.accountSid === accountSid;
    return { events: [...parked, ...failed.filter(isMeant)], isComplete };
  }

  async get(accountSid: string | null, id: string): Promise<UnhandledEvent> {
    const event = LETTER_ID.test(id) ? await this.#parked(accountSid, id) : await this.#failed(id);
    if (event === null || (accountSid !== null && event.accountSid !== accountSid)) {
      throw new DomainError('dead-letter-not-found', `there is no ${id} among what could not be handled`);
    }
    return event;
  }

  /**
   * Has it handled after all and then what waits behind it, or passed by for good, accountably. False when something was asked
   * for it before, or it is gone.
   */
  async ask({ id, kind }: Pick<UnhandledEvent, 'id' | 'kind'>, wish: Wish, by: string): Promise<boolean> {
    if (kind === 'parked') return askDeadLetter(this.database.reads, Number(id), wish, by);
    const job = await this.#job(id);
    if (job === null) return false;
    return wish.what === 'retry' ? job.event.retry() : job.event.skip({ reason: wish.reason, by });
  }

  async #parked(accountSid: string | null, id: string): Promise<UnhandledEvent | null> {
    const [letter] = await listDeadLetters(this.database.reads, { accountSid, id: Number(id) });
    return letter === undefined ? null : parkedEvent(letter);
  }

  async #failed(id: string): Promise<UnhandledEvent | null> {
    const job = await this.#job(id);
    if (job === null) return null;
    const [accountSid = null] = await accountsAt(this.database.reads, [job.event.event]);
    return failedOf(job.consumer, job.event, accountSid);
  }

  async #job(id: string): Promise<{ readonly consumer: string; readonly event: FailedEvent } | null> {
    const named = JOB_ID.exec(id)?.[1];
    const consumer = (await listConsumers(this.database.reads)).find(({ name }) => name === named);
    if (consumer === undefined) return null;
    if (!(await this.#canReachQueues())) throw overloaded('the queues cannot be reached: nothing was done');
    const event = await failedEvent(this.database.reads, this.queues.of(consumer), consumer.name, id);
    return event === null ? null : { consumer: consumer.name, event };
  }

  async #canReachQueues(): Promise<boolean> {
    return this.queues.probe().then(
      () => true,
      () => false,
    );
  }
}

function parkedEvent({
  id,
  subscription,
  parkedAt,
  wanted,
  failures: _,
  ...letter
}: DeadLetter): UnhandledEvent {
  return {
    ...letter,
    id: String(id),
    kind: 'parked',
    reader: subscription,
    since: parkedAt,
    asked: wanted,
  };
}

function failedOf(
  consumer: string,
  { id, event, error, failedAt }: FailedEvent,
  accountSid: string | null,
): UnhandledEvent {
  const { streamId, version, type, partition, position, eventId } = event;
  return {
    id,
    kind: 'failed',
    reader: `consumer:${consumer}`,
    accountSid,
    streamId,
    version,
    type,
    partition,
    position,
    eventId,
    error,
    since: failedAt,
    waiting: 1,
    asked: null,
  };
}
