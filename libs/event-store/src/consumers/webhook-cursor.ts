import { randomUUID } from 'node:crypto';
import { statement } from '#platform';
import type { Queryable } from '../queryable.js';
import type { Consumer } from './consumer-registry.js';

/** Seconds after which a stream is taken from whoever has not moved it on: longer than any call takes. */
const CLAIM_SECONDS = 30;

/** The stream is ours to tell, for a while. */
export interface StreamClaim {
  readonly id: string;
  readonly consumer: string;
  readonly streamId: string;
  /** Up to which version it was told. */
  readonly version: number;
}

const claim = statement(
  'claim-webhook-stream',
  `insert into maskline.webhook_cursor as w (consumer, stream_id, claim, claimed_until)
  select c.name, $3, $4::uuid, maskline.clock() + make_interval(secs => $5)
  from maskline.consumer c join maskline.consumer_webhook h on h.consumer = c.name where c.name = $1 and c.id = $2
  on conflict (consumer, stream_id) do update set claim = excluded.claim, claimed_until = excluded.claimed_until
    where w.claimed_until <= maskline.clock()
  returning version`,
);

/** Null when somebody else is at it. */
export async function claimStream(
  db: Queryable,
  { name, id }: Pick<Consumer, 'name' | 'id'>,
  streamId: string,
): Promise<StreamClaim | null> {
  const own = randomUUID();
  const { rows } = await db.query<{ version: number }>(claim(name, id, streamId, own, CLAIM_SECONDS));
  const [row] = rows;
  return row === undefined ? null : { id: own, consumer: name, streamId, version: row.version };
}

const move = statement(
  'move-webhook-cursor',
  `update maskline.webhook_cursor set version = $4, claimed_until = maskline.clock() + make_interval(secs => $5)
  where consumer = $1 and stream_id = $2 and claim = $3::uuid returning version`,
);

/** Notes up to which version a stream was told, and keeps it for longer; false when it is another's by now. */
export async function moveStream(
  db: Queryable,
  { id, consumer, streamId }: StreamClaim,
  version: number,
): Promise<boolean> {
  const { rows } = await db.query(move(consumer, streamId, id, version, CLAIM_SECONDS));
  return rows.length > 0;
}

const release = statement(
  'release-webhook-stream',
  `update maskline.webhook_cursor set claim = null, claimed_until = '-infinity'
  where consumer = $1 and stream_id = $2 and claim = $3::uuid`,
);

export async function releaseStream(db: Queryable, { id, consumer, streamId }: StreamClaim): Promise<void> {
  await db.query(release(consumer, streamId, id));
}
