import { projections } from '@event-driven-io/emmett';
import { postgreSQLProjection } from '@event-driven-io/emmett-postgresql';
import type { SessionCreated } from '#domain';
import { contend } from '../contend.js';
import { insertSession } from '../emmett-rows.js';
import { appendSession, openEmmett } from '../emmett.js';

/** Writes our session row in emmett's transaction. */
const sessionProjection = postgreSQLProjection<SessionCreated>({
  name: 'session',
  canHandle: ['SessionCreated'],
  handle: async (events, { connection }) => {
    for (const { data, metadata } of events) {
      await insertSession(connection.client, metadata.streamName, data);
    }
  },
});

await contend(async ({ DATABASE_URL: url }) => {
  const emmett = await openEmmett(url, projections.inline([sessionProjection]));
  return { command: () => appendSession(emmett), close: emmett.close };
});
