import type { DomainEvent, Stream } from '#domain';
import type { BatcherOptions } from '../append/batcher.js';
import type { EventContext } from '../event-context.js';
import { partitionOf } from '../partition.js';
import { CoalescedRead } from './coalesced-read.js';
import { currentOf, type Aggregate, type Current, type Reading } from './current.js';
import { load, nothingMore, type Loaded, type LoadMore, type LoadRequest } from './load.js';
import { type Recent } from './recent.js';

type Asker = Pick<EventContext, 'accountSid' | 'idempotency'>;

/** Reads what decisions are made on: many at once in one statement. */
export class Loading {
  readonly #loads: CoalescedRead<LoadRequest, Loaded>;

  constructor(
    private readonly reading: Reading,
    private readonly partitions: number,
    /** Is told the time with each answer. */
    private readonly recent: Recent,
    { maxBatch, maxWaiting, patience }: BatcherOptions,
  ) {
    const limits = { maxBatch, maxInFlight: 2, maxWaiting, patience };
    this.#loads = new CoalescedRead((requests) => load(reading.db, requests), limits);
  }

  /** The stream and the remembered command of the asker, with the rows and what more is asked for. */
  async load(
    { accountSid, idempotency }: Asker,
    streamId: string | null,
    rowsOf: string | null = null,
    { subjects, children }: LoadMore = nothingMore,
  ): Promise<Loaded> {
    const partition = partitionOf(accountSid, this.partitions);
    const commandId = idempotency?.commandId ?? null;
    const loaded = await this.#loads.get({
      partition,
      accountSid,
      streamId,
      commandId,
      rowsOf,
      subjects,
      children,
    });
    this.recent.tell(loaded.now);
    return loaded;
  }

  /** What was loaded, as a decision needs it. */
  current<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    streamId: string,
    { accountSid }: Pick<Asker, 'accountSid'>,
    loaded: Loaded,
  ): Promise<Current<State>> {
    const place = { partition: partitionOf(accountSid, this.partitions), streamId };
    return currentOf(stream, place, loaded, this.reading);
  }
}
