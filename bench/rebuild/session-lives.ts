import type { SessionClosed, SessionCreated, SessionTtlChanged } from '#domain';

const CLOSED_ONE_IN = 20;

/** What happens to them. */
export type Lived = SessionCreated | SessionTtlChanged | SessionClosed;

/** Writes the events of sessions into a log of its kind. */
export interface Author {
  /** How many it writes at a time. */
  readonly writers: number;
  /** Answers the session's sid. */
  create(): Promise<string>;
  /** Shorter, so that the store's timer moves with the deadline, on which it stands in a row that is made again. */
  shortenTtl(sid: string): Promise<unknown>;
  close(sid: string): Promise<unknown>;
}

/**
 * What every contender folds: each session created and then changed, one in twenty closed. All are created before the first is
 * changed, so the events of a session lie far apart. Answers how many events there are.
 */
export async function writeLives(author: Author, sessions: number): Promise<number> {
  const sids: string[] = [];
  const eachOf = async <Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>) => {
    const left = items.values();
    const write = async () => {
      for (const item of left) await work(item);
    };
    await Promise.all(Array.from({ length: author.writers }, write));
  };
  await eachOf(Array.from({ length: sessions }), async () => sids.push(await author.create()));
  const closing = sids.filter((_, i) => i % CLOSED_ONE_IN === 0);
  await eachOf(sids, (sid) => author.shortenTtl(sid));
  await eachOf(closing, (sid) => author.close(sid));
  return 2 * sids.length + closing.length;
}
