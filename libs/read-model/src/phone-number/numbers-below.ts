import type { Queryable } from '#event-store';

/** With the conditions of the lists' indexes (see migration 0008). */
const text = `
  (select sid from maskline.phone_number
   where partition = $1 and service_sid = $2 and date_created > '-infinity' order by date_created, sid limit $3)
  union all
  (select sid from maskline.short_code
   where partition = $1 and service_sid = $2 and date_created > '-infinity' order by date_created, sid limit $3)`;

/** Some of the numbers and short codes that a service has in its pool or, once it is deleted, has left behind. */
export async function numbersBelow(
  db: Queryable,
  partition: number,
  serviceSid: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await db.query<{ sid: string }>({
    name: 'numbers-below',
    text,
    values: [partition, serviceSid, limit],
  });
  return rows.map(({ sid }) => sid);
}
