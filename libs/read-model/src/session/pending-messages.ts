import type { Queryable } from '#event-store';

/** A message that came in and that the carrier does not have yet. */
export interface PendingMessage {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly sessionSid: string;
  readonly interactionSid: string;
}

const text = `
  select account_sid as "accountSid", service_sid as "serviceSid", session_sid as "sessionSid", sid as "interactionSid"
  from maskline.interaction
  where partition = $1 and is_pending and date_created < maskline.clock() - make_interval(secs => $2)
    and date_updated < maskline.clock() - make_interval(secs => $2)
  order by date_created limit $3`;

/** Messages with which nothing has happened for so many seconds, the oldest first. */
export async function pendingMessages(
  db: Queryable,
  partition: number,
  seconds: number,
  limit: number,
): Promise<PendingMessage[]> {
  const { rows } = await db.query<PendingMessage>({
    name: 'pending-messages',
    text,
    values: [partition, seconds, limit],
  });
  return rows;
}
