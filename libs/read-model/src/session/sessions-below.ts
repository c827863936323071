import type { Queryable } from '#event-store';

/** With the condition of the list's index (see migration 0008). */
const text = `
  select sid from maskline.session
  where partition = $1 and service_sid = $2 and date_created > '-infinity' order by date_created, sid limit $3`;

/** Some of the sessions that a service has or, once it is deleted, has left behind. */
export async function sessionsBelow(
  db: Queryable,
  partition: number,
  serviceSid: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await db.query<{ sid: string }>({
    name: 'sessions-below',
    text,
    values: [partition, serviceSid, limit],
  });
  return rows.map(({ sid }) => sid);
}
