import { projections } from '@event-driven-io/emmett';
import { postgreSQLProjection } from '@event-driven-io/emmett-postgresql';
import type { SessionCreated } from '#domain';
import { contend } from '../contend.js';
import { appendSession, openEmmett } from '../emmett.js';

const insert = `
  insert into maskline.session (partition, sid, account_sid, service_sid, unique_name, status, mode, ttl, expires_at, timer_at,
    version, date_created, date_updated)
  values (0, $1, $2, $3, $4, 'open', $5, $6::int, now() + $6::int * interval '1 second', now() + $6::int * interval '1 second', 1, now(), now())`;

/** Writes our session row in emmett's transaction, by a prepared statement where its own projections send plain SQL. */
const sessionProjection = postgreSQLProjection<SessionCreated>({
  name: 'session',
  canHandle: ['SessionCreated'],
  handle: async (events, { connection }) => {
    for (const { data, metadata } of events) {
      const sid = metadata.streamName.slice('session-'.length);
      const values = [sid, data.accountSid, data.serviceSid, data.uniqueName, data.mode, data.ttl];
      await connection.client.query({ name: 'insert-session', text: insert, values });
    }
  },
});

await contend(async ({ DATABASE_URL: url }) => {
  const emmett = await openEmmett(url, projections.inline([sessionProjection]));
  return { command: () => appendSession(emmett), close: emmett.close };
});
