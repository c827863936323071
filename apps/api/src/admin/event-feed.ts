import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Role } from '#application';
import { MasterKey } from '#application';
import {
  EventStore,
  overloaded,
  partitionOf,
  readFeed,
  readHeads,
  upcasters,
  Wake,
  type LogPage,
  type ShowField,
} from '#event-store';
import { Database } from '#platform';
import { veilPersonal } from '../http/veil-personal.js';

export interface FollowedFeed {
  readonly accountSid: string;
  readonly role: Role;
  readonly types: readonly string[] | null;
  readonly sessionSid: string | null;
  /** Whether whoever follows may still. */
  readonly stands: () => Promise<boolean>;
}

/** Callers that wait for events at one time, of an account and in this process: each costs a look a second at least. */
const MOST_OF_ACCOUNT = 10;
const MOST = 200;
/** Milliseconds after which the log is looked at though nobody said that something came. */
const LOOK_EVERY = 1_000;

/** The log of an account for those who follow it over HTTP. */
@Injectable()
export class EventFeed implements OnModuleDestroy {
  readonly #closing = new AbortController();
  readonly #waiting = new Map<string, number>();
  #waiters = 0;

  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly wake: Wake,
    private readonly master: MasterKey,
  ) {}

  /** Whoever waits is answered with what there is. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  read(
    { accountSid, role, types, sessionSid }: FollowedFeed,
    after: number,
    limit: number,
  ): Promise<LogPage> {
    const partition = partitionOf(accountSid, this.events.partitions);
    return readFeed(
      this.database.reads,
      { partition, accountSid, streamId: sessionSid, after, types, limit },
      upcasters,
      this.master.key,
      role === 'read-only' ? masked : opened,
    );
  }

  /** The position of the last event that there is in the partition of an account. */
  async head(accountSid: string): Promise<number> {
    const partition = partitionOf(accountSid, this.events.partitions);
    const heads = await readHeads(this.database.reads);
    return heads.find((head) => head.partition === partition)?.position ?? 0;
  }

  /**
   * The next events, waited for until there are some. Nothing of the database is held meanwhile. Ends empty after so many
   * milliseconds, or when `signal` aborts or the process stops; `until` says how far was looked all the same.
   */
  async next(
    feed: FollowedFeed,
    after: number,
    limit: number,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<LogPage> {
    const deadline = performance.now() + milliseconds;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const partition = partitionOf(feed.accountSid, this.events.partitions);
    for (let from = after; ;) {
      const page = await this.read(feed, from, limit);
      const left = deadline - performance.now();
      // Of other accounts there may be much to look past.
      if (page.events.length > 0 || either.aborted || left <= 0) return page;
      from = page.until;
      if (!page.hasMore) await this.wake.next(partition, Math.min(Math.ceil(left), LOOK_EVERY), either);
    }
  }

  /** Whether the process is about to stop. */
  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Takes a place among those who wait; the answer gives it back. */
  take(accountSid: string): () => void {
    const ofAccount = this.#waiting.get(accountSid) ?? 0;
    if (ofAccount >= MOST_OF_ACCOUNT || this.#waiters >= MOST) {
      throw overloaded('too many callers wait for events');
    }
    // From the first waiter on, this process listens to what others append.
    this.wake.start();
    this.#waiting.set(accountSid, ofAccount + 1);
    this.#waiters += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#waiters -= 1;
      const left = (this.#waiting.get(accountSid) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(accountSid);
      else this.#waiting.set(accountSid, left);
    };
  }
}

const opened: ShowField = (_field, value) => value;

const masked: ShowField = (field, value) => veilPersonal(value, field === 'identifier');
