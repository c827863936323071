import type pg from 'pg';
import type { SessionCreated } from '#domain';

const insert = `
  insert into maskline.session (partition, sid, account_sid, service_sid, unique_name, status, mode, ttl, expires_at, timer_at,
    version, date_created, date_updated)
  values (0, $1, $2, $3, $4, 'open', $5, $6::int, now() + $6::int * interval '1 second', now() + $6::int * interval '1 second', 1, now(), now())`;

/** Our session row by a prepared statement, where emmett's own projections send plain SQL. */
export async function insertSession(
  client: pg.ClientBase,
  streamName: string,
  data: SessionCreated['data'],
): Promise<void> {
  const values = [sidOf(streamName), data.accountSid, data.serviceSid, data.uniqueName, data.mode, data.ttl];
  await client.query({ name: 'insert-session', text: insert, values });
}

export function sidOf(streamName: string): string {
  return streamName.slice('session-'.length);
}
