import type { Queryable } from '../queryable.js';

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
  /** Null when somebody has asked for it: nobody else pauses a consumer but an endpoint that is gone for good. */
  readonly pausedBecause: 'gone' | null;
  /** Where it is told of events over HTTP; null for one that has a program of its own. */
  readonly webhook: Webhook | null;
}

export interface Webhook {
  readonly url: string;
  /** The events of a stream are told one after the other. */
  readonly isOrdered: boolean;
  /** It is told of personal fields, and in plain. */
  readonly hasPersonal: boolean;
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
  ), webhook as (
    insert into maskline.consumer_webhook (consumer, url, secret, is_ordered, has_personal)
    select name, $4::text, $5::bytea, $6::boolean, $7::boolean from added where $4::text is not null
  ), relays as (
    insert into maskline.subscription (name, partition, position, started, settled)
    select ${relayNameOf('added')}, h.partition, s.position, s.position, s.position
    from added, maskline.partition_head h
    cross join lateral (select least(coalesce($3::bigint, h.position), h.position) as position) s
  )
  select name from added`;

export interface NewWebhook extends Webhook {
  /** Sealed. */
  readonly secret: Buffer;
}

/** False when there is a consumer of that name already. The relay of every running worker finds it within seconds. */
export async function addConsumer(
  db: Queryable,
  name: string,
  types: readonly string[] | null,
  start: ConsumerStart,
  webhook: NewWebhook | null = null,
): Promise<boolean> {
  if (!consumerName.test(name))
    throw new RangeError('a consumer is named by small letters, digits and dashes');
  const position = start === 'beginning' ? 0 : start === 'now' ? null : start;
  const values = [
    name,
    types === null ? null : [...types],
    position,
    webhook?.url,
    webhook?.secret,
    webhook?.isOrdered,
    webhook?.hasPersonal,
  ];
  const { rows } = await db.query({ name: 'add-consumer', text: add, values });
  return rows.length > 0;
}

const select = `
  select c.name, c.id, c.types, c.created_at as "createdAt", c.paused_at as "pausedAt", c.paused_because as "pausedBecause",
    case when w.consumer is not null then
      json_build_object('url', w.url, 'isOrdered', w.is_ordered, 'hasPersonal', w.has_personal)
    end as webhook
  from maskline.consumer c left join maskline.consumer_webhook w on w.consumer = c.name`;

const list = `${select} order by c.name`;

export async function listConsumers(db: Queryable): Promise<Consumer[]> {
  const { rows } = await db.query<Consumer>({ name: 'list-consumers', text: list, values: [] });
  return rows;
}

const find = `${select} where c.name = $1`;

/** The registration of that name; null when there is none. */
export async function findConsumer(db: Queryable, name: string): Promise<Consumer | null> {
  const { rows } = await db.query<Consumer>({ name: 'find-consumer', text: find, values: [name] });
  return rows[0] ?? null;
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

const isStanding = 'select from maskline.consumer where name = $1 and id = $2';

/** Whether this registration still stands. */
export async function isRegistered(
  db: Queryable,
  { name, id }: Pick<Consumer, 'name' | 'id'>,
): Promise<boolean> {
  const { rows } = await db.query({ name: 'is-registered', text: isStanding, values: [name, id] });
  return rows.length > 0;
}

const pause = `
  update maskline.consumer set paused_at = case when $2 then coalesce(paused_at, maskline.clock()) end, paused_because = null
  where name = $1 returning name`;

/**
 * Sends nothing more to it, or goes on where it was; the log keeps what comes meanwhile. False when there is no such consumer.
 * Every running worker notices within seconds.
 */
export async function pauseConsumer(db: Queryable, name: string, isPaused: boolean): Promise<boolean> {
  const { rows } = await db.query({ name: 'pause-consumer', text: pause, values: [name, isPaused] });
  return rows.length > 0;
}
