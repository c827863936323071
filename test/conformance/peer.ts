import type pg from 'pg';

/** What an append expects of its stream: no stream yet, so many events in it, or nothing. */
export type Expected = 'no stream' | 'anything' | number;

/** What comes to whoever follows the log. */
export interface Followed {
  readonly stream: string;
  readonly version: number;
  readonly position: number;
}

export interface Follower {
  stop(): Promise<void>;
}

/** One process's door to a store. */
export interface OpenStore {
  /** Throws `WrongVersion` when the stream is not as expected; any other error leaves open whether it was done. */
  append(stream: string, facts: readonly object[], expected: Expected, commandId?: string): Promise<void>;
  /** The facts of a stream in order; none when there is no such stream. */
  read(stream: string): Promise<readonly object[]>;
  /**
   * Follows all events from the checkpoint of that name, a new one from the beginning. `effect` writes through the
   * connection of the store's own transaction with the checkpoint, where the store has one.
   */
  follow(name: string, effect: (events: readonly Followed[], tx: pg.ClientBase) => Promise<void>): Follower;
  close(): Promise<void>;
}

/** An event store, as its own documentation has an application use it. */
export interface Peer {
  readonly name: string;
  /** Its version and everything that was set, for whoever reads the results. */
  readonly settings: string;
  /** By the name of the probe: what it does not claim to do, so that not doing it is no failure. */
  readonly notPromised: Readonly<Record<string, string>>;
  /** Where its events lie, so that what readers saw can be compared with what is there. */
  readonly log: { readonly table: string; readonly stream: string; readonly version: string };
  /** Whether these bytes to PostgreSQL are the request whose answer tells that an append is committed. */
  isCommit(bytes: Buffer): boolean;
  /** Makes its schema in an empty database. */
  install(url: string): Promise<void>;
  open(url: string): Promise<OpenStore>;
  /** Has the database's time run ahead of the real one for this store; `0` sets it right. Before `open` for the first time. */
  moveClock(url: string, ahead: string): Promise<void>;
}

/** The stream was not as the append expected. */
export class WrongVersion extends Error {
  override readonly name = 'WrongVersion';
}
