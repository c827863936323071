import type { Queryable } from '../queryable.js';

/** A stream that a subscription has parked, at the event that it could not handle. */
export interface DeadLetter {
  readonly id: number;
  readonly subscription: string;
  readonly partition: number;
  readonly accountSid: string;
  readonly streamId: string;
  readonly version: number;
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  /** Its name, without its words. */
  readonly error: string;
  /** How often it was given up: once, and again for each retry that failed. */
  readonly failures: number;
  readonly parkedAt: string;
  /** What was asked of the reader, and not done yet. */
  readonly wanted: 'retry' | 'skip' | null;
  /** Events of the stream that wait, this one included; of whatever type. */
  readonly waiting: number;
}

const list = `
  select d.id, d.subscription, d.partition, h.account_sid as "accountSid", d.stream_id as "streamId", d.version, d.position, d.event_id as "eventId", d.type,
    d.error, d.failures, d.parked_at as "parkedAt", d.wanted,
    (select count(*)::int from maskline.event e
      where e.partition = d.partition and e.stream_id = d.stream_id and e.version >= d.version) as waiting
  from maskline.dead_letter d
  join maskline.event h on h.partition = d.partition and h.position = d.position
  where ($1::bigint is null or d.id = $1) and ($2::text is null or h.account_sid = $2)
    and ($3::text is null or d.subscription = $3) and d.id > $4
  order by d.id limit $5`;

interface LetterFilter {
  readonly id?: number | null;
  readonly accountSid?: string | null;
  readonly subscription?: string | null;
  /** The last one of the page before. */
  readonly after?: number;
  /** Null for all. */
  readonly limit?: number | null;
}

/** Those that are meant, the oldest first. */
export async function listDeadLetters(
  db: Queryable,
  { id = null, accountSid = null, subscription = null, after = 0, limit = null }: LetterFilter = {},
): Promise<DeadLetter[]> {
  const values = [id, accountSid, subscription, after, limit];
  const { rows } = await db.query<DeadLetter>({ name: 'list-dead-letters', text: list, values });
  return rows;
}

const ask = `
  update maskline.dead_letter set wanted = $2, reason = $3, wanted_by = $4 where id = $1 and wanted is null returning id`;

/** What is asked of the reader that parked the stream. */
export type Wish = { readonly what: 'retry' } | { readonly what: 'skip'; readonly reason: string };

/**
 * Has the reader that holds the lease try again, or pass the event by for good, and then go on with what waited behind it.
 * False when the letter is gone, or something was asked of it before.
 */
export async function askDeadLetter(db: Queryable, id: number, wish: Wish, by: string): Promise<boolean> {
  const values = [id, wish.what, wish.what === 'skip' ? wish.reason : null, by];
  const { rows } = await db.query({ name: 'ask-dead-letter', text: ask, values });
  return rows.length > 0;
}

const count = `select subscription, count(*)::int as letters from maskline.dead_letter group by subscription order by subscription`;

/** How many streams each subscription has parked. */
export async function countDeadLetters(
  db: Queryable,
): Promise<{ readonly subscription: string; readonly letters: number }[]> {
  const { rows } = await db.query<{ subscription: string; letters: number }>({
    name: 'count-dead-letters',
    text: count,
    values: [],
  });
  return rows;
}
