import type { Queryable } from './append.js';

/** Somebody who reacts to events, through a queue of their own. */
export interface Consumer {
  readonly name: string;
  /** New for each registration. */
  readonly id: number;
  /** The types that it wants; null for all. */
  readonly types: readonly string[] | null;
  readonly createdAt: string;
  /** Since when nothing is sent to it; null when it is. */
  readonly pausedAt: string | null;
}

/** From which event on a new consumer gets events: the first of all, the next to come, or the one after a position. */
export type ConsumerStart = 'beginning' | 'now' | number;

/** Part of ids in queues, so without a colon, and of a schema's name in examples. */
export const consumerName = /^[a-z][a-z0-9-]{0,39}$/;

/** The subscription that relays to a consumer. */
export function relayName({ name, id }: Pick<Consumer, 'name' | 'id'>): string {
  return `relay:${name}.${id}`;
}

/** The same in SQL, of a row of `maskline.consumer`. */
export const relayNameOf = (row: string) => `'relay:' || ${row}.name || '.' || ${row}.id`;

// Before a process has run on the database there are no partitions; `ensurePartitions` makes the relays then.
const add = `
  with added as (
    insert into maskline.consumer (name, types) values ($1, $2) on conflict (name) do nothing returning name, id
  ), relays as (
    insert into maskline.subscription (name, partition, position, started, settled)
    select ${relayNameOf('added')}, h.partition, s.position, s.position, s.position
    from added, maskline.partition_head h
    cross join lateral (select least(coalesce($3::bigint, h.position), h.position) as position) s
  )
  select name from added`;

/** False when there is a consumer of that name already. The relay of every running worker finds it within seconds. */
export async function addConsumer(
  db: Queryable,
  name: string,
  types: readonly string[] | null,
  start: ConsumerStart,
): Promise<boolean> {
  if (!consumerName.test(name))
    throw new RangeError('a consumer is named by small letters, digits and dashes');
  const position = start === 'beginning' ? 0 : start === 'now' ? null : start;
  const values = [name, types === null ? null : [...types], position];
  const { rows } = await db.query({ name: 'add-consumer', text: add, values });
  return rows.length > 0;
}

const list = `select name, id, types, created_at as "createdAt", paused_at as "pausedAt" from maskline.consumer order by name`;

export async function listConsumers(db: Queryable): Promise<Consumer[]> {
  const { rows } = await db.query({ name: 'list-consumers', text: list, values: [] });
  return rows as Consumer[];
}

const remove = `
  with removed as (delete from maskline.consumer where name = $1 returning name, id),
    relays as (
      delete from maskline.subscription s using removed r where s.name = ${relayNameOf('r')}
    ), letters as (
      delete from maskline.dead_letter d using removed r where d.subscription = ${relayNameOf('r')}
    )
  select name from removed`;

/** Relays nothing more to it; false when there is no such consumer. What lies in its queue stays there. */
export async function removeConsumer(db: Queryable, name: string): Promise<boolean> {
  const { rows } = await db.query({ name: 'remove-consumer', text: remove, values: [name] });
  return rows.length > 0;
}

const find = 'select from maskline.consumer where name = $1 and id = $2';

/** Whether this registration still stands. */
export async function isRegistered(
  db: Queryable,
  { name, id }: Pick<Consumer, 'name' | 'id'>,
): Promise<boolean> {
  const { rows } = await db.query({ name: 'find-consumer', text: find, values: [name, id] });
  return rows.length > 0;
}

const pause = `
  update maskline.consumer set paused_at = case when $2 then coalesce(paused_at, maskline.clock()) end
  where name = $1 returning name`;

/**
 * Sends nothing more to it, or goes on where it was; the log keeps what comes meanwhile. False when there is no such consumer.
 * Every running worker notices within seconds.
 */
export async function pauseConsumer(db: Queryable, name: string, isPaused: boolean): Promise<boolean> {
  const { rows } = await db.query({ name: 'pause-consumer', text: pause, values: [name, isPaused] });
  return rows.length > 0;
}
