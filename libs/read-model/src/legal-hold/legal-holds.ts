import { LEGAL_HOLD, type AccountHoldPlaced, type Personal, type SessionHoldPlaced } from '#domain';
import { readNewest, type Decoding, type Queryable, type RecordedEvent } from '#event-store';

/** A session, or the account itself, of which nothing is deleted. */
export interface LegalHold {
  readonly sid: string;
  readonly reason: Personal<string>;
  /** Who placed it. */
  readonly actor: string;
  readonly placedAt: string;
}

export interface LegalHolds {
  /** By SID: the account comes first. */
  readonly holds: readonly LegalHold[];
  readonly hasMore: boolean;
}

const text = `
  select key as sid from maskline.claim
  where partition = $1 and account_sid = $2 and kind = '${LEGAL_HOLD}' and key > $3
  order by key limit $4`;

const placings = ['AccountHoldPlaced', 'SessionHoldPlaced'] as const;

/** What of an account is on legal hold now, a page after `after`. */
export async function readLegalHolds(
  db: Queryable,
  account: { readonly partition: number; readonly accountSid: string },
  after: string,
  size: number,
  decoding: Decoding,
): Promise<LegalHolds> {
  const { partition, accountSid } = account;
  const { rows } = await db.query<{ sid: string }>({
    name: 'read-legal-holds',
    text,
    values: [partition, accountSid, after, size + 1],
  });
  const sids = rows.map(({ sid }) => sid);
  const placed = await readNewest(db, partition, sids.slice(0, size), placings, decoding);
  return { holds: placed.map(holdOfEvent), hasMore: sids.length > size };
}

function holdOfEvent({ streamId, actor, occurredAt, event }: RecordedEvent): LegalHold {
  // Only these types were asked for.
  const { data } = event as AccountHoldPlaced | SessionHoldPlaced;
  return { sid: streamId, reason: data.reason, actor, placedAt: occurredAt };
}
