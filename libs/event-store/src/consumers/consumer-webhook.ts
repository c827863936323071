import { statement } from '#platform';
import type { Queryable } from '../queryable.js';
import type { Consumer, Webhook } from './consumer-registry.js';

type Registration = Pick<Consumer, 'name' | 'id'>;

/** What is needed to tell a consumer. */
export interface WebhookSettings extends Webhook {
  readonly isPaused: boolean;
  /** Sealed, all that sign: the newest first. */
  readonly secrets: readonly [Buffer, ...Buffer[]];
}

const read = statement(
  'read-webhook',
  `select w.url, w.is_ordered as "isOrdered", w.has_personal as "hasPersonal", c.paused_at is not null as "isPaused", w.secret,
    case when w.previous_until > maskline.clock() then w.previous_secret end as previous
  from maskline.consumer c join maskline.consumer_webhook w on w.consumer = c.name
  where c.name = $1 and c.id = $2`,
);

/** As it is now; null when the registration stands no more. */
export async function readWebhook(
  db: Queryable,
  { name, id }: Registration,
): Promise<WebhookSettings | null> {
  const { rows } = await db.query<
    Omit<WebhookSettings, 'secrets'> & { secret: Buffer; previous: Buffer | null }
  >(read(name, id));
  const [row] = rows;
  if (row === undefined) return null;
  const { secret, previous, ...settings } = row;
  return { ...settings, secrets: previous === null ? [secret] : [secret, previous] };
}

const change = `
  update maskline.consumer_webhook set
    url = coalesce($2, url),
    previous_secret = case when $3::bytea is null then previous_secret else secret end,
    previous_until = case when $3::bytea is null then previous_until else maskline.clock() + make_interval(hours => $4) end,
    secret = coalesce($3, secret)
  where consumer = $1 and ($3::bytea is null or secret = $5) returning consumer`;

export interface WebhookChange {
  readonly url: string | null;
  /** Sealed; `instead` of the one that signs now. */
  readonly secret: { readonly value: Buffer; readonly instead: Buffer } | null;
}

/**
 * Gives a webhook another URL or secret, or both. The secret before it signs for so many hours more. False when there is no such
 * webhook, or somebody else has changed its secret meanwhile.
 */
export async function changeWebhook(
  db: Queryable,
  consumer: string,
  { url, secret }: WebhookChange,
  hours: number,
): Promise<boolean> {
  const values = [consumer, url, secret?.value ?? null, hours, secret?.instead ?? null];
  const { rows } = await db.query({ name: 'change-webhook', text: change, values });
  return rows.length > 0;
}

const gone = `
  update maskline.consumer set paused_because = case when paused_at is null then 'gone' else paused_because end,
    paused_at = coalesce(paused_at, maskline.clock())
  where name = $1 and id = $2`;

/** Pauses a consumer whose endpoint has said that it wants nothing more. */
export async function pauseGone(db: Queryable, { name, id }: Registration): Promise<void> {
  await db.query({ name: 'pause-gone', text: gone, values: [name, id] });
}
