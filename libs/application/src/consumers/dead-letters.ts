import { DomainError } from '#domain';
import {
  accountsAt,
  askDeadLetter,
  findConsumer,
  listConsumers,
  listDeadLetters,
  overloaded,
  type Consumer,
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

/** Null for any. */
interface LetterFilter {
  readonly accountSid: string | null;
  readonly reader: string | null;
}

interface UnhandledEvents {
  /** Those of readers of the log first, then those of consumers; of each the oldest first. */
  readonly events: UnhandledEvent[];
  readonly hasMore: boolean;
  /** False while the queues cannot be reached: what consumers failed at is not among them. */
  readonly isComplete: boolean;
}

/** The name of a consumer, and the number of its registration. */
const JOB_ID = /^([a-z][a-z0-9-]{0,39})\.\d+-/;
/** So many are read at once. */
const PAGE_SIZE = 200;

/** Of what lies in the table. */
const LETTER_ID = /^[1-9]\d{0,14}$/;

/** What could not be handled, of an account, or of all for null. */
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly queues: EventQueues,
  ) {}

  async list(filter: LetterFilter, limit = Infinity): Promise<UnhandledEvents> {
    const consumers = (await listConsumers(this.database.reads)).filter(
      ({ name }) => filter.reader === null || filter.reader === readerOf(name),
    );
    const isComplete = consumers.length === 0 || (await this.#canReachQueues());
    const events: UnhandledEvent[] = [];
    for await (const page of this.#pages(filter, isComplete ? consumers : [])) {
      events.push(...page);
      if (events.length > limit) return { events: events.slice(0, limit), hasMore: true, isComplete };
    }
    return { events, hasMore: false, isComplete };
  }

  async get(accountSid: string | null, id: string): Promise<UnhandledEvent> {
    const event = LETTER_ID.test(id) ? await this.#parked(accountSid, id) : await this.#failed(id);
    if (event === null || (accountSid !== null && event.accountSid !== accountSid)) {
      throw new DomainError('dead-letter-not-found', `there is no ${id} among what could not be handled`);
    }
    return event;
  }

  /** Has one handled after all and then what waits behind it, or passed by for good, accountably. Answers it as it is then. */
  async ask(accountSid: string | null, id: string, wish: Wish, by: string): Promise<UnhandledEvent> {
    const event = await this.get(accountSid, id);
    if (!(await this.#ask(event, wish, by))) {
      throw new DomainError('dead-letter-asked', 'something was asked for it already, or it is gone');
    }
    return { ...event, asked: wish.what };
  }

  /** The same for many. Answers of how many it was asked now: not of those that are gone, or of which something was asked before. */
  async askAll(events: readonly UnhandledEvent[], wish: Wish, by: string): Promise<number> {
    let asked = 0;
    for (const event of events) if (await this.#ask(event, wish, by)) asked++;
    return asked;
  }

  async #ask({ id, kind }: UnhandledEvent, wish: Wish, by: string): Promise<boolean> {
    if (kind === 'parked') return askDeadLetter(this.database.reads, Number(id), wish, by);
    const job = await this.#job(id);
    if (job === null) return false;
    return wish.what === 'retry' ? job.event.retry() : job.event.skip({ reason: wish.reason, by });
  }

  async *#pages(
    { accountSid, reader }: LetterFilter,
    consumers: readonly Consumer[],
  ): AsyncGenerator<UnhandledEvent[]> {
    const { reads } = this.database;
    const wanted = { accountSid, subscription: reader, limit: PAGE_SIZE };
    let letters = await listDeadLetters(reads, wanted);
    while (letters.length > 0) {
      yield letters.map(parkedEvent);
      letters = await listDeadLetters(reads, { ...wanted, after: letters.at(-1)?.id ?? 0 });
    }
    for (const consumer of consumers) {
      for await (const events of failedEvents(reads, this.queues.of(consumer), consumer.name)) {
        const accounts = await accountsAt(
          reads,
          events.map(({ event }) => event),
        );
        const page = events.map((event, i) => failedOf(consumer.name, event, accounts[i] ?? null));
        yield page.filter((event) => accountSid === null || event.accountSid === accountSid);
      }
    }
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
    const consumer = named === undefined ? null : await findConsumer(this.database.reads, named);
    if (consumer === null) return null;
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

/** As a consumer's relay is called among the readers of the log. */
function readerOf(consumer: string): string {
  return `consumer:${consumer}`;
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
    reader: readerOf(consumer),
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
