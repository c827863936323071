import type { Queryable } from '#event-store';
import { statement } from '#platform';

/** Somebody is to be told of an event. Its SID is made of the event's id, so an event is told of once. */
export interface NewDelivery {
  readonly sid: string;
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly sessionSid: string;
  readonly interactionSid: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly version: number;
  /** The version of the session with which the interaction began. */
  readonly startedVersion: number;
  /** Whose key sealed the request. */
  readonly subject: string;
  readonly request: Buffer;
}

const add = statement('add-deliveries', 'select maskline.add_deliveries($1, $2::jsonb, $3) as added');

/** Takes deliveries on, to be given up after so many days; answers how many were not known yet. */
export async function addDeliveries(
  db: Queryable,
  partition: number,
  deliveries: readonly NewDelivery[],
  days: number,
): Promise<number> {
  if (deliveries.length === 0) return 0;
  const rows = deliveries.map((delivery) => ({
    sid: delivery.sid,
    account_sid: delivery.accountSid,
    service_sid: delivery.serviceSid,
    session_sid: delivery.sessionSid,
    interaction_sid: delivery.interactionSid,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    version: delivery.version,
    started_version: delivery.startedVersion,
    subject: delivery.subject,
    request: delivery.request.toString('base64'),
  }));
  const result = await db.query<{ added: number }>(add(partition, JSON.stringify(rows), days));
  const [row] = result.rows;
  return row?.added ?? 0;
}

const erase = statement('erase-deliveries', 'select maskline.erase_deliveries($1, $2::text[], $3::text[])');

/** Takes away what was kept of deleted interactions and sessions, and tells nobody of them any more. */
export async function eraseDeliveries(
  db: Queryable,
  partition: number,
  interactionSids: readonly string[],
  sessionSids: readonly string[],
): Promise<void> {
  if (interactionSids.length + sessionSids.length === 0) return;
  await db.query(erase(partition, [...interactionSids], [...sessionSids]));
}
