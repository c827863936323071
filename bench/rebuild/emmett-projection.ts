import { postgreSQLProjection } from '@event-driven-io/emmett-postgresql';
import { insertSession, sidOf } from '../emmett-rows.js';
import type { Lived } from './session-lives.js';

const change = `
  update maskline.session set ttl = $3::int, expires_at = date_created + $3::int * interval '1 second',
    timer_at = date_created + $3::int * interval '1 second', version = $2, date_updated = now()
  where partition = 0 and sid = $1`;

const close = `
  update maskline.session set status = 'closed', closed_reason = $3, date_ended = now(), expires_at = null, timer_at = null,
    version = $2, date_updated = now()
  where partition = 0 and sid = $1`;

export interface Heard {
  events: number;
  /** Its consumer passes over what a projection throws, so it is kept here. */
  failure: Error | null;
}

/**
 * One prepared statement for each event: inserts, and updates rather than upserts, for an event that changes a row does not
 * know the columns that must not be null.
 */
export function sessionProjection(heard: Heard) {
  return postgreSQLProjection<Lived>({
    name: 'session',
    canHandle: ['SessionCreated', 'SessionTtlChanged', 'SessionClosed'],
    truncate: async ({ connection }) => {
      await connection.client.query('truncate maskline.session');
    },
    handle: async (events, { connection: { client } }) => {
      try {
        for (const event of events) {
          const { streamName, streamPosition } = event.metadata;
          const at = [sidOf(streamName), Number(streamPosition)];
          if (event.type === 'SessionCreated') {
            await insertSession(client, streamName, event.data);
          } else if (event.type === 'SessionTtlChanged') {
            await client.query({ name: 'change', text: change, values: [...at, event.data.ttl] });
          } else {
            await client.query({ name: 'close', text: close, values: [...at, event.data.reason] });
          }
        }
        heard.events += events.length;
      } catch (error) {
        heard.failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      }
    },
  });
}
