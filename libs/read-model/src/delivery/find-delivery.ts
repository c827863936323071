import type { Queryable } from '#event-store';
import { statement } from '#platform';

export interface DeliveryPlace {
  readonly accountSid: string;
  readonly serviceSid: string;
}

const find = statement(
  'find-delivery',
  `select d.account_sid as "accountSid", d.service_sid as "serviceSid" from maskline.partition_head h
  join maskline.delivery d on d.partition = h.partition and d.sid = $1`,
);

/** Whose a delivery is, by its SID alone, in whatever partition; null when there is none. For people, not for requests. */
export async function findDelivery(db: Queryable, sid: string): Promise<DeliveryPlace | null> {
  const { rows } = await db.query<DeliveryPlace>(find(sid));
  const [row] = rows;
  return row ?? null;
}
